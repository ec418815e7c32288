import { FlaskConical } from "lucide-react";
import { useLanguage } from "../../words";
import { exactly } from "../parts/time";
import type { Trial, TrialOutcome, TrialRate } from "./wire";

interface OnTrialProps {
  trial: Trial;
  busy: boolean;
  /** Null for who may not end it. */
  onEnd: (() => void) | null;
}

/** A trial under way: what came of those whom each model answered. */
export function OnTrial({ trial, busy, onEnd }: OnTrialProps) {
  const { say, locale } = useLanguage();
  const percent = new Intl.NumberFormat(locale, { style: "percent" });
  return (
    <div className="trial">
      <FlaskConical size={16} aria-hidden="true" />
      <div className="trial-words">
        <strong>
          {say("trial.under_way", {
            share: percent.format(trial.share),
            time: exactly(trial.since, locale),
          })}
        </strong>
        {trial.outcomes.length === 0 ? (
          <span>{say("trial.nobody")}</span>
        ) : (
          <Outcomes outcomes={trial.outcomes} />
        )}
      </div>
      {onEnd && (
        <button type="button" className="button button-small" disabled={busy} onClick={onEnd}>
          {say("trial.end")}
        </button>
      )}
    </div>
  );
}

/** A column for each model, a row for each thing that is counted. */
function Outcomes({ outcomes }: { outcomes: readonly TrialOutcome[] }) {
  const { say, name, locale } = useLanguage();
  const rates = new Map(outcomes.flatMap((each) => each.rates).map((rate) => [rate.name, rate]));
  const whole = new Intl.NumberFormat(locale);
  return (
    <>
      <div className="trial-scroll">
        <table className="trial-outcomes">
          <thead>
            <tr>
              <td />
              {outcomes.map((each) => (
                <th key={each.model} scope="col" title={each.model}>
                  {say(each.on_trial ? "trial.this" : "trial.other")}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{say("trial.shoppers")}</th>
              {outcomes.map((each) => (
                <td key={each.model} className="tabular">
                  {whole.format(each.shoppers)}
                </td>
              ))}
            </tr>
            {[...rates.keys()].map((rate) => (
              <tr key={rate}>
                <th scope="row">{name("trial.rate", rate)}</th>
                {outcomes.map((each) => (
                  <td key={each.model} className="tabular">
                    <Share rate={each.rates.find((one) => one.name === rate)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <span className="soft">{say("trial.between")}</span>
    </>
  );
}

function Share({ rate }: { rate: TrialRate | undefined }) {
  const { say, locale } = useLanguage();
  if (!rate) return <>–</>;
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  return (
    <>
      {say("trial.share_of", {
        share: percent.format(rate.share),
        low: percent.format(rate.low),
        high: percent.format(rate.high),
        count: rate.count,
        of: rate.of,
      })}
    </>
  );
}
