import { useRef, useState } from "react";
import { useNoting } from "../../queries";
import { useLanguage } from "../../words";
import { useTell } from "../parts/toasts";

const LONGEST = 4000;

interface NoteFormProps {
  conversationId: string;
  onDone: () => void;
}

/** A note for the team: the shopper never sees it. */
export function NoteForm({ conversationId, onDone }: NoteFormProps) {
  const { say } = useLanguage();
  const tell = useTell();
  const noting = useNoting(conversationId);
  const [text, setText] = useState("");
  const form = useRef<HTMLFormElement>(null);
  return (
    <form
      ref={form}
      className="composer composer-note"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === "") return;
        noting.mutate(text.trim(), { onSuccess: onDone, onError: tell.failed });
      }}
    >
      <textarea
        className="composer-field"
        aria-label={say("note.write")}
        placeholder={say("note.placeholder")}
        value={text}
        maxLength={LONGEST}
        rows={2}
        autoFocus
        onChange={(event) => {
          setText(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") onDone();
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            form.current?.requestSubmit();
          }
        }}
      />
      <div className="composer-foot">
        <span className="composer-hint">{say("note.hint")}</span>
        <button type="button" className="button button-small button-plain" onClick={onDone}>
          {say("cancel")}
        </button>
        <button
          type="submit"
          className="button button-small button-main"
          disabled={text.trim() === "" || noting.isPending}
        >
          {say("note.keep")}
        </button>
      </div>
    </form>
  );
}
