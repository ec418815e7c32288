import { FileChartColumn } from "lucide-react";
import type { ReactNode } from "react";
import { mayAs, useConsole } from "../../context";
import { useLanguage } from "../../words";
import { nameOf, whenMade } from "./phrases";
import type { Deeds } from "./queries";
import { SHIPPED, type Model, type ModelKind } from "./wire";

const BASE = "/api/staff/models";

interface ModelLineProps {
  model: Model;
  kind: ModelKind;
  /** The names of those that are shown. */
  figures: readonly string[];
  onTrial: boolean;
  /** What can be done about it. */
  children: ReactNode;
}

/** One model: from when and what, how good, and what the gate said. */
export function ModelLine({ model, kind, figures, onTrial, children }: ModelLineProps) {
  const { say, name, locale } = useLanguage();
  const { learnt, by } = model;
  const count = learnt.learnt ?? 0;
  const made = [count > 0 && say("shelf.learnt", { count }), by !== "" && nameOf(by, name)].filter(
    Boolean,
  );
  const three = new Intl.NumberFormat(locale, {
    minimumFractionDigits: 3,
    maximumFractionDigits: 3,
  });
  return (
    <li className="model" data-in-use={model.in_use || undefined}>
      <div className="model-name">
        <span className="model-when">
          {whenMade(model, locale) ?? say("shelf.shipped")}
          {model.in_use && <span className="chip chip-leaf">{say("shelf.in_use")}</span>}
          {onTrial && <span className="chip chip-bot">{say("shelf.on_trial")}</span>}
        </span>
        {made.length > 0 && <span className="model-made">{made.join(" · ")}</span>}
      </div>
      <dl className="model-figures">
        {figures.map((figure) => {
          const value = model.figures[figure];
          return (
            <div key={figure}>
              <dt>{name("figure", figure)}</dt>
              <dd className="tabular">{value === undefined ? "–" : three.format(value)}</dd>
            </div>
          );
        })}
      </dl>
      <GateOf model={model} kind={kind} />
      {children}
    </li>
  );
}

/** What the gate said, and its report. */
function GateOf({ model, kind }: { model: Model; kind: ModelKind }) {
  const { say } = useLanguage();
  const { verdict } = model;
  if (model.name === SHIPPED) return null;
  return (
    <span className="model-gate">
      <span
        className={`chip ${verdict === "passed" ? "chip-leaf" : verdict ? "chip-amber" : ""}`}
        title={verdict && model.stale && !model.in_use ? say("shelf.stale_hint") : undefined}
      >
        {verdict === null
          ? say("verdict.none")
          : say(`verdict.${verdict}`) +
            (model.stale && !model.in_use ? ` · ${say("shelf.stale")}` : "")}
      </span>
      {model.page && (
        <a
          className="said-link model-report"
          href={`${BASE}/${kind}/${model.name}/report`}
          target="_blank"
          rel="noopener"
        >
          <FileChartColumn size={14} aria-hidden="true" />
          {say("shelf.report")}
        </a>
      )}
    </span>
  );
}

interface ActsProps {
  model: Model;
  kind: ModelKind;
  judging: boolean;
  onTrial: boolean;
  deeds: Deeds;
  onAsk: (what: "promote" | "try") => void;
}

/** What can be done about a model. */
export function Acts({ model, kind, judging, onTrial, deeds, onAsk }: ActsProps) {
  const { say } = useLanguage();
  const { user } = useConsole();
  const fit = model.verdict === "passed" && !model.stale;
  const judged = model.verdict !== null && !model.stale;
  return (
    <span className="model-acts">
      {!judged && (
        <button
          type="button"
          className="button button-small"
          disabled={judging || deeds.isPending}
          onClick={() => {
            deeds.start(`judge_${kind}`, { model: model.name });
          }}
        >
          {say(model.verdict === null ? "shelf.judge" : "shelf.judge_again")}
        </button>
      )}
      {fit && !onTrial && (
        <button
          type="button"
          className="button button-small"
          disabled={deeds.isPending}
          onClick={() => {
            onAsk("try");
          }}
        >
          {say("shelf.try")}
        </button>
      )}
      {(fit || mayAs(user, "admin")) && (
        <button
          type="button"
          className={`button button-small ${fit ? "button-main" : "button-plain"}`}
          disabled={deeds.isPending}
          onClick={() => {
            onAsk("promote");
          }}
        >
          {say(fit ? "shelf.promote" : "shelf.promote_anyway")}
        </button>
      )}
    </span>
  );
}
