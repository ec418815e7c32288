import { Undo2 } from "lucide-react";
import { useState } from "react";
import { mayAs, useConsole } from "../../context";
import { useLanguage } from "../../words";
import { Confirm, PromoteDialog, TrialDialog } from "./decisions";
import { Decisions } from "./history";
import { Acts, ModelLine } from "./model-line";
import { OnTrial } from "./on-trial";
import type { Deeds } from "./queries";
import { SHIPPED, type Job, type Model, type ModelKind, type Shelf } from "./wire";

const MOST_DECISIONS = 5;
/** The figures that tell most, where a model has them; at most four. */
const FIGURES: Record<ModelKind, readonly string[]> = {
  nlu: ["in_scope_accuracy", "oos_auroc", "entity_value_f1", "sentiment_accuracy", "accuracy"],
  recommender: ["ndcg@10", "counted_ndcg@10", "recall@10", "coverage"],
};
const MOST_FIGURES = 4;

interface ShelfPanelProps {
  shelf: Shelf;
  /** Jobs that wait or run. */
  jobs: readonly Job[];
  deeds: Deeds;
}

type Asking = { what: "promote" | "try"; model: Model } | { what: "back" } | null;

/** The models of a kind: their figures, what the gate said of them, and which one serves. */
export function ShelfPanel({ shelf, jobs, deeds }: ShelfPanelProps) {
  const { say } = useLanguage();
  const { user } = useConsole();
  const [asking, setAsking] = useState<Asking>(null);
  const supervises = mayAs(user, "supervisor");
  const { kind, models, trial, history } = shelf;
  const columns = FIGURES[kind]
    .filter((figure) => models.some(({ figures }) => figure in figures))
    .slice(0, MOST_FIGURES);
  const title = say(`shelf.${kind}`);
  const close = () => {
    setAsking(null);
  };
  return (
    <section className="panel" aria-label={title}>
      <header className="panel-head">
        <h2 className="panel-title">{title}</h2>
        {supervises && shelf.can_go_back && (
          <button
            type="button"
            className="button button-small"
            disabled={deeds.isPending}
            onClick={() => {
              setAsking({ what: "back" });
            }}
          >
            <Undo2 size={14} aria-hidden="true" />
            {say("shelf.back")}
          </button>
        )}
      </header>
      {trial && (
        <OnTrial
          trial={trial}
          busy={deeds.isPending}
          onEnd={
            supervises
              ? () => {
                  deeds.endTrial(kind);
                }
              : null
          }
        />
      )}
      {models.length === 0 ? (
        <p className="soft">{say(`shelf.none_${kind}`)}</p>
      ) : (
        <ul className="models">
          {models.map((model) => (
            <ModelLine
              key={model.name}
              model={model}
              kind={kind}
              figures={columns}
              onTrial={trial?.model === model.name}
            >
              {supervises && model.name !== SHIPPED && !model.in_use && (
                <Acts
                  model={model}
                  kind={kind}
                  judging={jobs.some((job) => job.kind === `judge_${kind}`)}
                  onTrial={trial?.model === model.name}
                  deeds={deeds}
                  onAsk={(what) => {
                    setAsking({ what, model });
                  }}
                />
              )}
            </ModelLine>
          ))}
        </ul>
      )}
      {history.length > 0 && (
        <Decisions history={history.slice(0, MOST_DECISIONS)} models={models} />
      )}
      {asking?.what === "promote" && (
        <PromoteDialog
          model={asking.model}
          onClose={close}
          onPromote={(anyway) => {
            close();
            deeds.promote(kind, asking.model.name, anyway);
          }}
        />
      )}
      {asking?.what === "try" && (
        <TrialDialog
          model={asking.model}
          onClose={close}
          onTry={(share) => {
            close();
            deeds.tryOut(kind, asking.model.name, share);
          }}
        />
      )}
      {asking?.what === "back" && (
        <Confirm
          title={say("shelf.back_title")}
          words={say("shelf.back_hint")}
          yes={say("shelf.back")}
          onClose={close}
          onYes={() => {
            close();
            deeds.goBack(kind);
          }}
        />
      )}
    </section>
  );
}
