import { useState } from "react";
import type { Cohort } from "../../../insight-wire";
import { useLanguage } from "../../../words";
import { Choice } from "../../parts/choice";

type Kind = "with_conversation" | "without_conversation";

/** Who came back, week after week, with a conversation and without. */
export function Cohorts({ cohorts }: { cohorts: readonly Cohort[] }) {
  const { say, locale } = useLanguage();
  const known = (of: Kind) => cohorts.some((cohort) => cohort[of].some((share) => share !== null));
  // A shop that has just begun to talk with its shoppers knows only the others.
  const [kind, setKind] = useState<Kind>(
    known("with_conversation") ? "with_conversation" : "without_conversation",
  );
  const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const day = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", timeZone: "UTC" });
  const weeks = Math.max(0, ...cohorts.map((cohort) => cohort[kind].length));
  return (
    <section className="panel panel-full">
      <div className="panel-head">
        <div>
          <h2 className="panel-title">{say("insight.retention")}</h2>
          <p className="field-hint">{say("insight.retention_hint")}</p>
        </div>
        <Choice<Kind>
          label={say("insight.retention")}
          value={kind}
          onChoose={setKind}
          options={[
            { value: "with_conversation", label: say("insight.with") },
            { value: "without_conversation", label: say("insight.without") },
          ]}
        />
      </div>
      {!known(kind) ? (
        <p className="soft">{say("number.none")}</p>
      ) : (
        <div
          className="table-frame"
          tabIndex={0}
          role="group"
          aria-label={say("insight.retention")}
        >
          <table className="table cohorts">
            <thead>
              <tr>
                <th scope="col">{say("insight.week_of")}</th>
                <th scope="col">{say("insight.shoppers")}</th>
                {Array.from({ length: weeks }, (_, at) => (
                  <th key={at} scope="col">
                    {say("insight.week", { count: at + 1 })}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {cohorts.map((cohort) => (
                <tr key={cohort.week}>
                  <th scope="row">{day.format(new Date(cohort.week))}</th>
                  <td>{cohort.size}</td>
                  {Array.from({ length: weeks }, (_, at) => {
                    const value = cohort[kind][at];
                    return (
                      <td key={at}>
                        {value != null && (
                          <span className="cohort" style={{ "--share": value }}>
                            {share.format(value)}
                          </span>
                        )}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
