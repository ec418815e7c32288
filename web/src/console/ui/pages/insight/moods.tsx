import { Tabs } from "@base-ui/react/tabs";
import type { Insight, MoodOf } from "../../../insight-wire";
import { useLanguage } from "../../../words";

/** How shoppers feel, by what they talk about and by where they are, worst first. */
export function Moods({ moods }: { moods: NonNullable<Insight["moods"]> }) {
  const { say, name } = useLanguage();
  return (
    <section className="panel panel-wide">
      <Tabs.Root defaultValue="topic">
        <div className="panel-head">
          <h2 className="panel-title">{say("insight.moods")}</h2>
          <Tabs.List className="tabs tabs-small" aria-label={say("insight.moods")}>
            <Tabs.Tab value="topic" className="tab">
              {say("insight.topic")}
            </Tabs.Tab>
            <Tabs.Tab value="country" className="tab">
              {say("insight.country")}
            </Tabs.Tab>
            <Tabs.Indicator className="tab-line" />
          </Tabs.List>
        </div>
        <Tabs.Panel value="topic">
          <MoodTable rows={moods.by_topic} title={(topic) => name("intent", topic)} />
        </Tabs.Panel>
        <Tabs.Panel value="country">
          <MoodTable rows={moods.by_country} title={(country) => country} />
        </Tabs.Panel>
      </Tabs.Root>
    </section>
  );
}

interface MoodTableProps {
  rows: readonly MoodOf[];
  title: (name: string) => string;
}

function MoodTable({ rows, title }: MoodTableProps) {
  const { say, locale } = useLanguage();
  if (rows.length === 0) return <p className="soft table-none">{say("number.none")}</p>;
  const score = new Intl.NumberFormat(locale, {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: "negative",
  });
  const worst = [...rows].sort((one, other) => one.mood - other.mood);
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{say("insight.what")}</th>
            <th scope="col">{say("number.messages")}</th>
            <th scope="col">{say("sentiment")}</th>
            <th scope="col">{say("insight.before")}</th>
          </tr>
        </thead>
        <tbody>
          {worst.map(({ name, count, mood, before }) => (
            <tr key={name}>
              <th scope="row">{title(name)}</th>
              <td>{count}</td>
              <td>
                <span className="table-person">
                  <span className={`mood-dot mood-${tone(mood)}`} />
                  {score.format(mood)}
                </span>
              </td>
              <td className="soft">{before === null ? "–" : score.format(before)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const CLEAR = 0.2;

function tone(mood: number): "negative" | "neutral" | "positive" {
  return mood < -CLEAR ? "negative" : mood > CLEAR ? "positive" : "neutral";
}
