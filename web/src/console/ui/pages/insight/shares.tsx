import type { Insight } from "../../../insight-wire";
import { useLanguage } from "../../../words";
import { Bars } from "../../parts/bars";

const MOST = 12;

/** How the shop writes a share of a whole. */
function useShare(): (share: number) => string {
  const { locale } = useLanguage();
  const form = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  return (share) => form.format(share);
}

/** What became of what was recommended. */
export function Funnel({ funnel }: { funnel: NonNullable<Insight["funnel"]> }) {
  const { say } = useLanguage();
  const write = useShare();
  const steps = (["shown", "clicked", "carted", "bought"] as const).map((step) => ({
    key: step,
    name: say(step),
    value: funnel[step],
    words: funnel.shown > 0 ? `${funnel[step]} · ${write(funnel[step] / funnel.shown)}` : "0",
  }));
  return (
    <section className="panel">
      <div>
        <h2 className="panel-title">{say("insight.funnel")}</h2>
        <p className="field-hint">{say("insight.funnel_hint")}</p>
      </div>
      <Bars rows={steps} />
    </section>
  );
}

/** What shoppers want. */
export function Intents({ intents }: { intents: NonNullable<Insight["intents"]> }) {
  const { say, name } = useLanguage();
  return (
    <section className="panel">
      <h2 className="panel-title">{say("insight.intents")}</h2>
      {intents.length === 0 ? (
        <p className="soft">{say("number.none")}</p>
      ) : (
        <Bars
          rows={intents.slice(0, MOST).map(({ intent, count }) => ({
            key: intent,
            name: name("intent", intent),
            value: count,
          }))}
        />
      )}
    </section>
  );
}

/** Which goods take up most of what is shown. */
export function Exposure({ exposure }: { exposure: NonNullable<Insight["exposure"]> }) {
  const { say } = useLanguage();
  const write = useShare();
  return (
    <section className="panel">
      <div>
        <h2 className="panel-title">{say("insight.exposure")}</h2>
        <p className="field-hint">{say("insight.exposure_hint")}</p>
      </div>
      {exposure.length === 0 ? (
        <p className="soft">{say("number.none")}</p>
      ) : (
        <Bars
          rows={exposure.slice(0, MOST).map(({ product_id: id, title, shown, share }) => ({
            key: id,
            name: title,
            value: shown,
            words: write(share),
          }))}
        />
      )}
    </section>
  );
}
