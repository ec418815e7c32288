import { useQuery } from "@tanstack/react-query";
import { Smile } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { query } from "../../api";
import { useConsole } from "../../context";
import { everyDay } from "../../days";
import { keys } from "../../keys";
import type { Numbers } from "../../wire";
import { useLanguage } from "../../words";
import { Avatar } from "../parts/avatar";
import { Bars } from "../parts/bars";
import { Chart } from "../parts/chart";
import { Figure } from "../parts/figure";
import { Period } from "../parts/period";
import { Bones, Empty, Trouble } from "../parts/states";
import { Ago, duration } from "../parts/time";
import { conversationPath } from "../routes";

const PERIODS = [1, 7, 30, 90];
const REFRESH_MS = 30_000;
const LATE_S = 300;
/** A single bar tells nothing. */
const FEWEST_DAYS = 7;

/** How the team is doing: what waits, how fast it is answered, and how shoppers liked it. */
export default function SupervisorPage() {
  const { say } = useLanguage();
  const { api } = useConsole();
  const [days, setDays] = useState(7);
  const numbers = useQuery({
    queryKey: keys.numbers(days),
    queryFn: ({ signal }) => api.get<Numbers>(`/numbers${query({ days })}`, signal),
    refetchInterval: REFRESH_MS,
    placeholderData: (previous) => previous,
  });
  return (
    <div className="page">
      <div className="page-inner">
        <header className="page-head">
          <h1 className="page-title">{say("supervisor")}</h1>
          <Period days={days} options={PERIODS} onChoose={setDays} />
        </header>
        {numbers.isPending ? (
          <Bones count={4} height={120} />
        ) : numbers.isError && !numbers.data ? (
          <Trouble error={numbers.error} onRetry={() => void numbers.refetch()} />
        ) : (
          <Board numbers={numbers.data} days={days} />
        )}
      </div>
    </div>
  );
}

function Board({ numbers, days }: { numbers: Numbers; days: number }) {
  const language = useLanguage();
  const { say, name, locale } = language;
  const { waiting, first_response: first, resolution, csat, handoffs, agents } = numbers;
  const last = (seconds: number | null) => (seconds === null ? "–" : duration(seconds, language));
  const short = new Intl.DateTimeFormat(locale, {
    month: "short",
    day: "numeric",
    timeZone: "UTC",
  });
  const perDay = everyDay(numbers.per_day, Math.max(days, FEWEST_DAYS), (day) => ({
    day,
    handoffs: 0,
    handled: 0,
    csat_average: null,
  }));
  const reasons = Object.entries(handoffs.by_reason).sort((one, other) => other[1] - one[1]);
  return (
    <>
      <dl className="figures">
        <Figure
          title={say("number.waiting")}
          value={String(waiting.count)}
          hint={
            waiting.count > 0
              ? say("number.longest", { time: last(waiting.longest_seconds) })
              : say("number.nobody")
          }
          alarm={(waiting.longest_seconds ?? 0) > LATE_S}
        />
        <Figure title={say("number.open")} value={String(numbers.open)} />
        <Figure
          title={say("number.first")}
          value={last(first.median_seconds)}
          hint={say("number.p90", { time: last(first.p90_seconds) })}
        />
        <Figure
          title={say("number.resolution")}
          value={last(resolution.median_seconds)}
          hint={say("number.p90", { time: last(resolution.p90_seconds) })}
        />
        <Figure
          title={say("number.csat")}
          value={csat.average === null ? "–" : csat.average.toFixed(1)}
          hint={say("number.ratings", { count: csat.count })}
        />
        <Figure
          title={say("number.handoffs")}
          value={String(handoffs.total)}
          hint={say("number.abandoned", { count: handoffs.abandoned })}
        />
      </dl>
      <div className="panels">
        <section className="panel panel-wide">
          <h2 className="panel-title">{say("number.per_day")}</h2>
          <Chart
            label={say("number.per_day")}
            kind="bar"
            names={perDay.map(({ day }) => short.format(new Date(day)))}
            series={[
              {
                label: say("number.called"),
                values: perDay.map((day) => day.handoffs),
                tone: 2,
              },
              {
                label: say("number.handled"),
                values: perDay.map((day) => day.handled),
                tone: 1,
              },
            ]}
          />
        </section>
        <section className="panel">
          <h2 className="panel-title">{say("number.reasons")}</h2>
          {reasons.length === 0 ? (
            <p className="soft">{say("number.none")}</p>
          ) : (
            <Bars
              rows={reasons.map(([reason, value]) => ({
                key: reason,
                name: name("reason", reason),
                value,
              }))}
            />
          )}
        </section>
        <section className="panel panel-wide">
          <h2 className="panel-title">{say("number.agents")}</h2>
          <Agents agents={agents} last={last} />
        </section>
        <section className="panel">
          <h2 className="panel-title">{say("number.csat")}</h2>
          {csat.count === 0 ? (
            <Empty icon={Smile} title={say("number.unrated")} hint={say("number.unrated_hint")} />
          ) : (
            <>
              <Bars
                rows={[5, 4, 3, 2, 1].map((score) => ({
                  key: String(score),
                  name: "★".repeat(score),
                  value: csat.scores[String(score)] ?? 0,
                }))}
              />
              <ul className="comments">
                {csat.comments.map((comment) => (
                  <li key={`${comment.conversation_id}/${comment.at}`} className="comment">
                    <Link href={conversationPath(comment.conversation_id)}>
                      <span className="comment-score tabular">{comment.score} ★</span>
                      <span>{comment.comment}</span>
                      <span className="row-time">
                        <Ago at={comment.at} />
                      </span>
                    </Link>
                  </li>
                ))}
              </ul>
            </>
          )}
        </section>
      </div>
    </>
  );
}

interface AgentsProps {
  agents: Numbers["agents"];
  last: (seconds: number | null) => string;
}

function Agents({ agents, last }: AgentsProps) {
  const { say } = useLanguage();
  return (
    <div className="table-frame" tabIndex={0} role="group" aria-label={say("number.agents")}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{say("team.name")}</th>
            <th scope="col">{say("number.open")}</th>
            <th scope="col">{say("number.handled")}</th>
            <th scope="col">{say("number.messages")}</th>
            <th scope="col">{say("number.first")}</th>
            <th scope="col">{say("number.csat")}</th>
          </tr>
        </thead>
        <tbody>
          {agents.map((agent) => (
            <tr key={agent.id}>
              <th scope="row">
                <span className="table-person">
                  <Avatar name={agent.name} small />
                  {agent.name}
                </span>
              </th>
              <td>{agent.open}</td>
              <td>{agent.handled}</td>
              <td>{agent.messages}</td>
              <td>{last(agent.first_response_median)}</td>
              <td>{agent.csat_average === null ? "–" : agent.csat_average.toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
