import { useState } from "react";
import { useLabels } from "../../../queries";
import type { Rule } from "../../../wire";
import { useLanguage } from "../../../words";
import { Choices } from "../../parts/choices";
import { Modal } from "../../parts/dialog";
import { formWords } from "../../parts/form-words";
import type { DraftOf } from "../../parts/records";

export type RuleDraft = DraftOf<Rule>;

interface RuleFormProps {
  draft: RuleDraft;
  onSave: (draft: RuleDraft) => void;
  onClose: () => void;
}

/** One rule: every condition that is filled in has to hold. */
export function RuleForm({ draft, onSave, onClose }: RuleFormProps) {
  const { say, name } = useLanguage();
  const labels = useLabels(true);
  const [intents, setIntents] = useState<readonly string[]>(draft.intents);
  const [empty, setEmpty] = useState(false);
  const number = (words: FormData, field: string) => {
    const text = formWords(words, field);
    return text === "" ? null : Number(text);
  };
  return (
    <Modal open title={say(draft.id === null ? "rules.new" : "rules.edit")} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          const words = new FormData(event.currentTarget);
          const cart = formWords(words, "cart");
          const rule: RuleDraft = {
            ...draft,
            name: formWords(words, "name"),
            intents: [...intents],
            words: formWords(words, "words")
              .split(/[,，\n]/)
              .map((word) => word.trim())
              .filter(Boolean),
            mood_below: number(words, "mood"),
            cart_above: cart === "" ? null : cart,
            min_messages: number(words, "messages"),
          };
          const holds =
            rule.intents.length > 0 ||
            rule.words.length > 0 ||
            rule.mood_below !== null ||
            rule.cart_above !== null ||
            rule.locales.length > 0 ||
            rule.min_messages !== null;
          setEmpty(!holds);
          if (holds) onSave(rule);
        }}
      >
        <label className="field">
          <span className="field-label">{say("rule.name")}</span>
          <input className="input" name="name" defaultValue={draft.name} maxLength={80} required />
        </label>
        <div className="field">
          <span className="field-label">{say("rule.intent")}</span>
          <Choices
            label={say("rule.intent")}
            chosen={intents}
            nothing={say("rule.any")}
            onChoose={setIntents}
            // One that the model knows no longer can still be taken out.
            options={[...new Set([...(labels.data?.intents ?? []), ...draft.intents])].map(
              (one) => ({ value: one, label: name("intent", one) }),
            )}
          />
        </div>
        <label className="field">
          <span className="field-label">{say("rule.words")}</span>
          <input className="input" name="words" defaultValue={draft.words.join(", ")} />
          <span className="field-hint">{say("rule.words_hint")}</span>
        </label>
        <label className="field">
          <span className="field-label">{say("rule.mood")}</span>
          <input
            className="input"
            name="mood"
            type="number"
            min={-1}
            max={1}
            step={0.05}
            defaultValue={draft.mood_below ?? ""}
          />
        </label>
        <label className="field">
          <span className="field-label">{say("rule.cart")}</span>
          <input
            className="input"
            name="cart"
            inputMode="decimal"
            pattern="\d{1,9}(\.\d{1,2})?"
            defaultValue={draft.cart_above ?? ""}
          />
        </label>
        <label className="field">
          <span className="field-label">{say("rule.messages")}</span>
          <input
            className="input"
            name="messages"
            type="number"
            min={1}
            max={1000}
            defaultValue={draft.min_messages ?? ""}
          />
        </label>
        {empty && (
          <p className="callout" role="alert">
            {say("rule.empty")}
          </p>
        )}
        <div>
          <button type="submit" className="button button-main">
            {say("save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
