import { GraduationCap, MessageSquareText, Sparkles } from "lucide-react";
import { useState } from "react";
import { mayAs, useConsole } from "../../context";
import { useLanguage } from "../../words";
import { Modal } from "../parts/dialog";
import { duration, exactly } from "../parts/time";
import { Toggle } from "../parts/toggle";
import type { Deeds } from "./queries";
import { modelOf, type Training } from "./wire";

interface TrainingCardProps {
  training: Training;
  busy: boolean;
  deeds: Deeds;
}

/** What one model could learn now. */
export function TrainingCard({ training, busy, deeds }: TrainingCardProps) {
  const language = useLanguage();
  const { say, locale } = language;
  const { user } = useConsole();
  const [asking, setAsking] = useState(false);
  const { kind, fresh, last_at: last, usual_seconds: usual } = training;
  const model = modelOf(kind);
  const Icon = model === "nlu" ? MessageSquareText : Sparkles;
  return (
    <section className="panel training" aria-labelledby={`training-${model}`}>
      <header className="training-head">
        <span className="training-icon">
          <Icon size={18} strokeWidth={1.75} aria-hidden="true" />
        </span>
        <h2 className="panel-title" id={`training-${model}`}>
          {say(`learning.${model}`)}
        </h2>
        {mayAs(user, "supervisor") && (
          <button
            type="button"
            className={`button ${fresh > 0 && !busy ? "button-main" : ""}`}
            disabled={busy || deeds.isPending}
            onClick={() => {
              setAsking(true);
            }}
          >
            <GraduationCap size={15} aria-hidden="true" />
            {say(busy ? "learning.under_way" : "learning.train")}
          </button>
        )}
      </header>
      <p className="training-fresh">
        <span className="training-count tabular">
          {new Intl.NumberFormat(locale).format(fresh)}
        </span>{" "}
        <span>{say(`learning.fresh_${model}`, { count: fresh })}</span>
      </p>
      <p className="soft">
        {last === null
          ? say("learning.never")
          : say("learning.last", { time: exactly(last, locale) })}
        {usual !== null && ` · ${say("learning.usual", { time: duration(usual, language) })}`}
      </p>
      {asking && (
        <StartDialog
          training={training}
          onClose={() => {
            setAsking(false);
          }}
          onStart={(promote) => {
            setAsking(false);
            deeds.start(kind, { promote });
          }}
        />
      )}
    </section>
  );
}

interface StartDialogProps {
  training: Training;
  onStart: (promote: boolean) => void;
  onClose: () => void;
}

function StartDialog({ training, onStart, onClose }: StartDialogProps) {
  const language = useLanguage();
  const { say } = language;
  const [promote, setPromote] = useState(false);
  const { kind, fresh, usual_seconds: usual } = training;
  const model = modelOf(kind);
  return (
    <Modal
      open
      title={say(`learning.train_${model}`)}
      onClose={onClose}
      foot={
        <>
          <button type="button" className="button" onClick={onClose}>
            {say("cancel")}
          </button>
          <button
            type="button"
            className="button button-main"
            onClick={() => {
              onStart(promote);
            }}
          >
            {say("learning.train")}
          </button>
        </>
      }
    >
      <p>{say(`learning.will_learn_${model}`, { count: fresh })}</p>
      <p className="soft">
        {usual === null
          ? say("learning.time_unknown")
          : say("learning.time_usual", { time: duration(usual, language) })}{" "}
        {say("learning.goes_on")}
      </p>
      <Toggle
        label={say("learning.promote_itself")}
        hint={say("learning.promote_itself_hint")}
        on={promote}
        onChange={setPromote}
      />
    </Modal>
  );
}
