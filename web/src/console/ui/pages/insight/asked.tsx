import type { Asked } from "../../../insight-wire";
import { useLanguage } from "../../../words";
import { Ago } from "../../parts/time";

interface AskedPanelProps {
  title: string;
  hint: string;
  rows: readonly Asked[];
}

/** What shoppers asked for and did not get, most often first. */
export function AskedPanel({ title, hint, rows }: AskedPanelProps) {
  const { say } = useLanguage();
  return (
    <section className="panel">
      <div>
        <h2 className="panel-title">{title}</h2>
        <p className="field-hint">{hint}</p>
      </div>
      {rows.length === 0 ? (
        <p className="soft">{say("number.none")}</p>
      ) : (
        <ul className="records">
          {rows.map(({ words, count, last_at: at }) => (
            <li key={words} className="record">
              <span className="record-words">
                <span className="clip" title={words}>
                  {words}
                </span>
                <span className="field-hint">
                  <Ago at={at} />
                </span>
              </span>
              <span className="chip tabular">× {count}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
