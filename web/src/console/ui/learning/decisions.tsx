import { useState, type ReactNode } from "react";
import { useLanguage } from "../../words";
import { Choice } from "../parts/choice";
import { Modal } from "../parts/dialog";
import type { Model } from "./wire";

/** The shop wants to know why; a word is no reason. */
const SHORTEST_REASON = 10;
const SHARES = ["0.05", "0.1", "0.2", "0.5"] as const;

interface ConfirmProps {
  title: string;
  words: string;
  yes: string;
  onYes: () => void;
  onClose: () => void;
  children?: ReactNode;
  ready?: boolean;
}

/** Is it meant? */
export function Confirm(props: ConfirmProps) {
  const { title, words, yes, onYes, onClose, children, ready = true } = props;
  const { say } = useLanguage();
  return (
    <Modal
      open
      title={title}
      onClose={onClose}
      foot={
        <>
          <button type="button" className="button" onClick={onClose}>
            {say("cancel")}
          </button>
          <button type="button" className="button button-main" disabled={!ready} onClick={onYes}>
            {yes}
          </button>
        </>
      }
    >
      <p>{words}</p>
      {children}
    </Modal>
  );
}

interface PromoteDialogProps {
  model: Model;
  onPromote: (anyway: string | null) => void;
  onClose: () => void;
}

/** Put a model into use; with a reason where the gate did not let it pass. */
export function PromoteDialog({ model, onPromote, onClose }: PromoteDialogProps) {
  const { say } = useLanguage();
  const [reason, setReason] = useState("");
  const fit = model.verdict === "passed" && !model.stale;
  const given = reason.trim();
  return (
    <Confirm
      title={say("shelf.promote_title")}
      words={say(fit ? "shelf.promote_hint" : "shelf.anyway_hint")}
      yes={say("shelf.promote")}
      ready={fit || given.length >= SHORTEST_REASON}
      onClose={onClose}
      onYes={() => {
        onPromote(fit ? null : given);
      }}
    >
      {!fit && (
        <label className="field">
          <span className="field-label">{say("shelf.reason")}</span>
          <textarea
            className="input"
            value={reason}
            maxLength={500}
            onChange={(event) => {
              setReason(event.target.value);
            }}
          />
          <span className="field-hint">{say("shelf.reason_hint")}</span>
        </label>
      )}
    </Confirm>
  );
}

interface TrialDialogProps {
  model: Model;
  onTry: (share: number) => void;
  onClose: () => void;
}

/** Let a model answer some of the shoppers. */
export function TrialDialog({ onTry, onClose }: TrialDialogProps) {
  const { say, locale } = useLanguage();
  const [share, setShare] = useState<(typeof SHARES)[number]>("0.2");
  const percent = new Intl.NumberFormat(locale, { style: "percent" });
  return (
    <Confirm
      title={say("trial.title")}
      words={say("trial.hint")}
      yes={say("trial.begin")}
      onClose={onClose}
      onYes={() => {
        onTry(Number(share));
      }}
    >
      <div className="field">
        <span className="field-label">{say("trial.share")}</span>
        <Choice
          label={say("trial.share")}
          value={share}
          onChoose={setShare}
          options={SHARES.map((value) => ({ value, label: percent.format(Number(value)) }))}
        />
      </div>
    </Confirm>
  );
}
