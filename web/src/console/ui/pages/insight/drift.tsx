import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useConsole } from "../../../context";
import { useLanguage, type WordKey } from "../../../words";
import { Chart } from "../../parts/chart";
import { Bones, Trouble } from "../../parts/states";
import type { Drift, DriftName, Measured } from "./drift-wire";

const FRESH_MS = 5 * 60_000;

/** What changed in the last week: alarms where it matters, and every figure that is watched. */
export function DriftPanel() {
  const { say } = useLanguage();
  const { api } = useConsole();
  const drift = useQuery({
    queryKey: ["drift"],
    queryFn: ({ signal }) => api.get<Drift>("/drift", signal),
    staleTime: FRESH_MS,
  });
  return (
    <section className="panel panel-full" aria-labelledby="drift-title">
      <div>
        <h2 className="panel-title" id="drift-title">
          {say("drift")}
        </h2>
        <p className="field-hint">{say("drift.hint")}</p>
      </div>
      {drift.isPending ? (
        <Bones count={3} height={40} />
      ) : drift.isError && !drift.data ? (
        <Trouble error={drift.error} onRetry={() => void drift.refetch()} />
      ) : (
        <Board drift={drift.data} />
      )}
    </section>
  );
}

function Board({ drift }: { drift: Drift }) {
  const { say, name } = useLanguage();
  const write = useFigures();
  const alerts = drift.measures.filter(({ state }) => state === "alert");
  const told = drift.measures.filter(({ state }) => state !== "too_few");
  const [chosen, setChosen] = useState<DriftName>();
  const shown =
    told.find((measured) => measured.name === chosen) ?? alerts[0] ?? told.find(hasDays);
  return (
    <>
      {alerts.map((measured) => (
        <p key={measured.name} className="alarm" role="status">
          <TriangleAlert size={16} aria-hidden="true" />
          <Sentence measured={measured} newWords={drift.new_words} />
        </p>
      ))}
      {told.length === 0 ? (
        <p className="soft">{say("drift.too_few_all")}</p>
      ) : (
        <div className="drift">
          <div className="table-frame">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{say("insight.what")}</th>
                  <th scope="col">{say("insight.before")}</th>
                  <th scope="col">{say("drift.now")}</th>
                  <th scope="col">{say("drift.state")}</th>
                </tr>
              </thead>
              <tbody>
                {drift.measures.map((measured) => {
                  const top = measured.moved[0];
                  return (
                    <tr key={measured.name}>
                      <th scope="row">
                        <button
                          type="button"
                          className="drift-name"
                          aria-pressed={measured === shown}
                          disabled={!hasDays(measured)}
                          onClick={() => {
                            setChosen(measured.name);
                          }}
                        >
                          {name("drift", measured.name)}
                          {top && (
                            <span className="soft">{name(groupOf(measured.name), top.name)}</span>
                          )}
                        </button>
                      </th>
                      <td className="tabular">
                        {write(measured.name, measured.before ?? top?.before)}
                      </td>
                      <td className="tabular">{write(measured.name, measured.now ?? top?.now)}</td>
                      <td>
                        <span className={measured.state === "alert" ? "chip chip-alarm" : "chip"}>
                          {name("drift_state", measured.state)}
                        </span>
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
          {shown && hasDays(shown) && <Days drift={drift} measured={shown} />}
        </div>
      )}
      {drift.new_words.length > 0 && alerts.every((alert) => alert.name !== "words") && (
        <p className="soft">{say("drift.new_words", { words: drift.new_words.join(", ") })}</p>
      )}
    </>
  );
}

/** What happened, in a sentence. */
function Sentence({ measured, newWords }: { measured: Measured; newWords: readonly string[] }) {
  const { say, name, locale } = useLanguage();
  const write = useFigures();
  const list = new Intl.ListFormat(locale);
  const kinds = measured.moved.map(
    (moved) =>
      `${name(groupOf(measured.name), moved.name)} ${write(measured.name, moved.before)} → ` +
      write(measured.name, moved.now),
  );
  const key = `drift_alert.${measured.name}` as WordKey;
  return (
    <span>
      {say(key, {
        before: write(measured.name, measured.before),
        now: write(measured.name, measured.now),
        kinds: list.format(kinds),
      })}
      {measured.name === "words" && newWords.length > 0 && (
        <> {say("drift.new_words", { words: newWords.join(", ") })}</>
      )}
    </span>
  );
}

/** Day by day, with the last week to its right end. */
function Days({ drift, measured }: { drift: Drift; measured: Measured }) {
  const { locale, name } = useLanguage();
  const write = useFigures();
  const short = new Intl.DateTimeFormat(locale, {
    month: "short",
    day: "numeric",
    timeZone: "UTC",
  });
  const label = name("drift", measured.name);
  const tones = [1, 2, 3] as const;
  const series = measured.moved.length
    ? tones.flatMap((tone, at) => {
        const moved = measured.moved[at];
        return moved
          ? [{ label: name(groupOf(measured.name), moved.name), values: moved.days, tone }]
          : [];
      })
    : [{ label, values: measured.days, tone: 1 as const }];
  return (
    <Chart
      label={label}
      kind="line"
      names={drift.days.map((day) => short.format(new Date(day)))}
      series={series}
      write={(value) => write(measured.name, value)}
      height={250}
      range={rangeOf(series.flatMap(({ values }) => values))}
    />
  );
}

const TWENTIETH = 20;

/** What the values take up, in whole twentieths: shares are small, and a round axis would flatten them. */
function rangeOf(values: readonly (number | null)[]): [number, number] {
  const known = values.filter((value) => value !== null);
  const low = Math.floor(Math.min(0, ...known) * TWENTIETH) / TWENTIETH;
  const high = Math.ceil(Math.max(0, ...known) * TWENTIETH) / TWENTIETH;
  return [low, high > low ? high : low + 1 / TWENTIETH];
}

function hasDays(measured: Measured): boolean {
  return (
    measured.state !== "too_few" &&
    (measured.moved.length > 0 || measured.days.some((day) => day !== null))
  );
}

/** Which words a mix's kinds have. */
function groupOf(name: DriftName): string {
  return name === "intents" ? "intent" : "deed";
}

/** How a figure of each kind is written. */
function useFigures(): (name: DriftName, value: number | null | undefined) => string {
  const { locale } = useLanguage();
  const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const score = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  return (name, value) => {
    if (value === null || value === undefined) return "–";
    return name === "sentiment" ? score.format(value) : share.format(value);
  };
}
