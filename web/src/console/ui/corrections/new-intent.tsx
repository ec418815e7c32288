import { useId, useState } from "react";
import { StaffApiError } from "../../api";
import { useLanguage } from "../../words";
import { reasonOf } from "../parts/states";
import { intentName, isIntentName } from "./intent-name";
import { useAddingIntent } from "./queries";

interface NewIntentFormProps {
  /** What was looked for and not found. */
  words: string;
  onBack: () => void;
  onMade: (intent: string) => void;
}

/** A name and a sentence for something that shoppers want and the model does not know. */
export function NewIntentForm({ words, onBack, onMade }: NewIntentFormProps) {
  const { say } = useLanguage();
  const adding = useAddingIntent();
  const [name, setName] = useState(intentName(words));
  const [description, setDescription] = useState("");
  const id = useId();
  const fits = isIntentName(name) && description.trim().length >= 3;
  const { error } = adding;
  const taken = error instanceof StaffApiError && error.status === 409;
  return (
    <form
      className="form labelling-form"
      onSubmit={(event) => {
        event.preventDefault();
        adding.mutate(
          { name, description: description.trim() },
          {
            onSuccess: () => {
              onMade(name);
            },
          },
        );
      }}
    >
      <label className="field">
        <span className="field-label">{say("corrections.intent_name")}</span>
        <input
          className="input"
          autoFocus
          autoComplete="off"
          maxLength={40}
          value={name}
          aria-describedby={`${id}-name`}
          aria-invalid={name !== "" && !isIntentName(name)}
          onChange={(event) => {
            setName(event.target.value);
          }}
        />
        <span id={`${id}-name`} className="field-hint">
          {say("corrections.intent_name_hint")}
        </span>
      </label>
      <label className="field">
        <span className="field-label">{say("corrections.intent_about")}</span>
        <input
          className="input"
          maxLength={300}
          placeholder={say("corrections.intent_about_hint")}
          value={description}
          onChange={(event) => {
            setDescription(event.target.value);
          }}
        />
      </label>
      <p className="labelling-warning">{say("corrections.intent_serves")}</p>
      {error && (
        <p className="trouble-line" role="alert">
          {taken ? say("corrections.intent_taken") : say(reasonOf(error))}
        </p>
      )}
      <div className="labelling-form-acts">
        <button type="button" className="button" onClick={onBack}>
          {say("cancel")}
        </button>
        <button type="submit" className="button button-main" disabled={!fits || adding.isPending}>
          {say("corrections.make")}
        </button>
      </div>
    </form>
  );
}
