import { MessageSquareQuote } from "lucide-react";
import { useState } from "react";
import { keys } from "../../../keys";
import { useCanned } from "../../../queries";
import type { Canned } from "../../../wire";
import { useLanguage } from "../../../words";
import { Choice } from "../../parts/choice";
import { Modal } from "../../parts/dialog";
import { formWords } from "../../parts/form-words";
import { Records, useShelf, type DraftOf } from "../../parts/records";

type Draft = DraftOf<Canned>;

const NEW: Draft = { id: null, shortcut: "", title: "", text: "", locale: null };

/** The answers that `/` offers to everybody. */
export function CannedSettings() {
  const { say } = useLanguage();
  const shelf = useShelf<Canned>("/canned", keys.canned);
  return (
    <>
      <Records
        title={say("canned")}
        add={say("canned.new")}
        fresh={NEW}
        none={{
          icon: MessageSquareQuote,
          title: say("canned.empty"),
          hint: say("canned.empty_hint"),
        }}
        query={useCanned()}
        shelf={shelf}
        nameOf={(one) => one.title}
      >
        {(one) => (
          <>
            <span className="kbd">/{one.shortcut}</span>
            <span className="record-words">
              <strong>{one.title}</strong>
              <span className="soft clip">{one.text}</span>
            </span>
            {one.locale && <span className="chip">{one.locale}</span>}
          </>
        )}
      </Records>
      {shelf.draft && (
        <CannedForm
          draft={shelf.draft}
          onSave={shelf.save}
          onClose={() => {
            shelf.edit(null);
          }}
        />
      )}
    </>
  );
}

interface CannedFormProps {
  draft: Draft;
  onSave: (draft: Draft) => void;
  onClose: () => void;
}

function CannedForm({ draft, onSave, onClose }: CannedFormProps) {
  const { say } = useLanguage();
  const [locale, setLocale] = useState(draft.locale ?? "");
  return (
    <Modal open title={say(draft.id === null ? "canned.new" : "canned.edit")} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          const words = new FormData(event.currentTarget);
          onSave({
            id: draft.id,
            shortcut: formWords(words, "shortcut"),
            title: formWords(words, "title"),
            text: formWords(words, "text"),
            locale: locale || null,
          });
        }}
      >
        <label className="field">
          <span className="field-label">{say("canned.shortcut")}</span>
          <input
            className="input"
            name="shortcut"
            defaultValue={draft.shortcut}
            pattern="[a-z0-9_\-]{1,32}"
            title={say("canned.shortcut_hint")}
            required
          />
          <span className="field-hint">{say("canned.shortcut_hint")}</span>
        </label>
        <label className="field">
          <span className="field-label">{say("canned.title")}</span>
          <input
            className="input"
            name="title"
            defaultValue={draft.title}
            maxLength={80}
            required
          />
        </label>
        <label className="field">
          <span className="field-label">{say("canned.text")}</span>
          <textarea
            className="input"
            name="text"
            defaultValue={draft.text}
            maxLength={2000}
            required
          />
          <span className="field-hint">{say("canned.text_hint")}</span>
        </label>
        <div className="field">
          <span className="field-label">{say("filter.language")}</span>
          <Choice
            label={say("filter.language")}
            value={locale}
            onChoose={setLocale}
            options={[
              { value: "", label: say("any_language") },
              { value: "en", label: "English" },
              { value: "zh", label: "中文" },
            ]}
          />
        </div>
        <div>
          <button type="submit" className="button button-main">
            {say("save")}
          </button>
        </div>
      </form>
    </Modal>
  );
}
