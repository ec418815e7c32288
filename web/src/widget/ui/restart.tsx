import { useLanguage } from "../words";
import { useChat } from "./context";
import { Sheet } from "./sheet";

/** Asks before a conversation leaves the screen. */
export function Restart({ onDone }: { onDone: () => void }) {
  const chat = useChat();
  const { say } = useLanguage();
  return (
    <Sheet label={say("restart")} isAlert>
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
      <button type="button" class="button button-quiet" data-first onClick={onDone}>
        {say("restart_no")}
      </button>
    </Sheet>
  );
}
