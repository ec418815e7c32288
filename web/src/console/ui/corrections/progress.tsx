import { useLanguage } from "../../words";
import type { Corrections, Week } from "./wire";

interface ProgressProps {
  week: Week;
  left: Corrections["left"];
  /** What one has done oneself since the page was loaded. */
  done: number;
}

/** What is done and what is left, in a line and a bar. */
export function Progress({ week, left, done }: ProgressProps) {
  const { say, locale } = useLanguage();
  const number = new Intl.NumberFormat(locale);
  const looked = week.accepted + week.corrected + week.discarded;
  const total = Math.max(1, looked + left.messages);
  const parts = [
    ["accepted", week.accepted],
    ["corrected", week.corrected],
    ["discarded", week.discarded],
  ] as const;
  return (
    <div className="labelling-progress">
      <div className="labelling-bar" aria-hidden="true">
        {parts.map(([what, count]) => (
          <span
            key={what}
            className={`labelling-part labelling-part-${what}`}
            style={{ width: `${(count / total) * 100}%` }}
          />
        ))}
      </div>
      <p className="labelling-figures tabular">
        <strong>{number.format(left.groups)}</strong> {say("corrections.left")}
        <span className="labelling-dot">·</span>
        {say("corrections.week", {
          count: looked,
          accepted: number.format(week.accepted),
          corrected: number.format(week.corrected),
        })}
        {done > 0 && (
          <>
            <span className="labelling-dot">·</span>
            {say("corrections.just_now", { count: done })}
          </>
        )}
      </p>
    </div>
  );
}
