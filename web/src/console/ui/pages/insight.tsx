import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { query } from "../../api";
import { useConsole } from "../../context";
import type { Insight, Surge } from "../../insight-wire";
import { everyDay } from "../../days";
import { keys } from "../../keys";
import { useLanguage } from "../../words";
import { Chart } from "../parts/chart";
import { Figure } from "../parts/figure";
import { Period } from "../parts/period";
import { Bones, Trouble } from "../parts/states";
import { AskedPanel } from "./insight/asked";
import { Cohorts } from "./insight/cohorts";
import { DriftPanel } from "./insight/drift";
import { Exposure, Funnel, Intents } from "./insight/shares";
import { Moods } from "./insight/moods";

const PERIODS = [7, 30, 90];

/** What the conversations tell of the shop: what works without a person, what shoppers feel, want and miss. */
export default function InsightPage() {
  const { say } = useLanguage();
  const { api } = useConsole();
  const [days, setDays] = useState(30);
  const insight = useQuery({
    queryKey: keys.insight(days),
    queryFn: ({ signal }) => api.get<Insight>(`/insight${query({ days })}`, signal),
    staleTime: 60_000,
    placeholderData: (previous) => previous,
  });
  return (
    <div className="page">
      <div className="page-inner">
        <header className="page-head">
          <h1 className="page-title">{say("insight")}</h1>
          <Period days={days} options={PERIODS} onChoose={setDays} />
        </header>
        {insight.isPending ? (
          <Bones count={4} height={160} />
        ) : insight.isError && !insight.data ? (
          <Trouble error={insight.error} onRetry={() => void insight.refetch()} />
        ) : (
          <Board insight={insight.data} days={days} />
        )}
      </div>
    </div>
  );
}

function Board({ insight, days }: { insight: Insight; days: number }) {
  const { say, locale } = useLanguage();
  const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const short = new Intl.DateTimeFormat(locale, {
    month: "short",
    day: "numeric",
    timeZone: "UTC",
  });
  const { resolution, alerts = [] } = insight;
  const perDay =
    insight.per_day &&
    everyDay(insight.per_day, days, (day) => ({
      day,
      conversations: 0,
      handoffs: 0,
      fallbacks: 0,
      mood: null,
    }));
  const names = (perDay ?? []).map(({ day }) => short.format(new Date(day)));
  return (
    <>
      {alerts.map((alert) => (
        <Alarm key={`${alert.kind}/${alert.name}`} alert={alert} />
      ))}
      {resolution && (
        <dl className="figures">
          <Figure
            title={say("insight.resolved")}
            value={resolution.share === null ? "–" : share.format(resolution.share)}
            hint={say("insight.of", { count: resolution.conversations })}
          />
          <Figure title={say("insight.alone")} value={String(resolution.without_person)} />
          <Figure title={say("number.called")} value={String(resolution.handed_over)} />
          {perDay && (
            <Figure
              title={say("insight.fallbacks")}
              value={String(perDay.reduce((sum, day) => sum + day.fallbacks, 0))}
            />
          )}
        </dl>
      )}
      <div className="panels">
        <DriftPanel />
        {perDay && (
          <section className="panel panel-wide">
            <h2 className="panel-title">{say("insight.per_day")}</h2>
            <Chart
              label={say("insight.per_day")}
              kind="line"
              names={names}
              series={[
                {
                  label: say("conversations"),
                  values: perDay.map((day) => day.conversations),
                  tone: 1,
                },
                { label: say("number.called"), values: perDay.map((day) => day.handoffs), tone: 2 },
                {
                  label: say("insight.fallbacks"),
                  values: perDay.map((day) => day.fallbacks),
                  tone: 3,
                },
              ]}
            />
          </section>
        )}
        {insight.funnel && <Funnel funnel={insight.funnel} />}
        {perDay && (
          <section className="panel panel-wide">
            <h2 className="panel-title">{say("insight.mood")}</h2>
            <Chart
              label={say("insight.mood")}
              kind="line"
              names={names}
              range={[-1, 1]}
              write={(value) => value.toFixed(1)}
              series={[{ label: say("sentiment"), values: perDay.map((day) => day.mood), tone: 1 }]}
            />
          </section>
        )}
        {insight.intents && <Intents intents={insight.intents} />}
        {insight.moods && <Moods moods={insight.moods} />}
        {insight.not_stocked && (
          <AskedPanel
            title={say("insight.not_stocked")}
            hint={say("insight.not_stocked_hint")}
            rows={insight.not_stocked}
          />
        )}
        {insight.faq_gaps && (
          <AskedPanel
            title={say("insight.faq_gaps")}
            hint={say("insight.faq_gaps_hint")}
            rows={insight.faq_gaps}
          />
        )}
        {insight.exposure && <Exposure exposure={insight.exposure} />}
        {insight.cohorts && <Cohorts cohorts={insight.cohorts} />}
      </div>
    </>
  );
}

function Alarm({ alert }: { alert: Surge }) {
  const { say, name } = useLanguage();
  const what = alert.kind === "topic" ? name("intent", alert.name) : alert.name;
  return (
    <p className="alarm" role="status">
      <TriangleAlert size={16} aria-hidden="true" />
      {say("insight.surge", {
        what,
        count: alert.count,
        before: alert.before.toFixed(2),
        now: alert.mood.toFixed(2),
      })}
    </p>
  );
}
