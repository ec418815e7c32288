import { useEffect, useRef } from "preact/hooks";
import { useLanguage } from "../words";
import { useChat } from "./context";

/** Asks before a conversation leaves the screen. */
export function Restart({ onDone }: { onDone: () => void }) {
  const chat = useChat();
  const { say } = useLanguage();
  const keep = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    keep.current?.focus();
  }, []);

  return (
    <div class="sheet" role="alertdialog" aria-modal="true" aria-label={say("restart")}>
      <div class="sheet-body">
        <p>{say("restart_question")}</p>
        <button
          type="button"
          class="button"
          onClick={() => {
            chat.reset();
            onDone();
          }}
        >
          {say("restart_yes")}
        </button>
        <button ref={keep} type="button" class="button button-quiet" onClick={onDone}>
          {say("restart_no")}
        </button>
      </div>
    </div>
  );
}
