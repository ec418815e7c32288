import type { QuickReply } from "../wire";
import { useLanguage } from "../words";
import { useChat } from "./context";

/** Answers to choose from, gone as soon as something else is said. */
export function QuickReplies({ replies }: { replies: readonly QuickReply[] }) {
  const chat = useChat();
  const { say } = useLanguage();
  return (
    <div class="replies" role="group" aria-label={say("quick_replies")}>
      {replies.map((reply) => (
        <button
          key={reply.payload}
          type="button"
          class="reply"
          onClick={(event) => {
            // This button is about to go: whoever uses the keyboard stays in the conversation.
            const root = event.currentTarget.closest(".panel");
            root?.querySelector<HTMLElement>(".log-scroll")?.focus({ preventScroll: true });
            chat.choose(reply);
          }}
        >
          {reply.title}
        </button>
      ))}
    </div>
  );
}
