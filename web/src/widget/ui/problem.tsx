import type { Problem } from "../delivery";
import { useLanguage } from "../words";
import { useChat } from "./context";
import { CloseIcon, WarningIcon } from "./icons";

/** What went wrong, in plain words, and the way on. */
export function ProblemLine({ problem }: { problem: Problem }) {
  const chat = useChat();
  const { say } = useLanguage();
  return (
    <div class="problem" role="alert">
      <WarningIcon />
      <p>{say(`problem_${problem.kind}`)}</p>
      {/* What was refused once would be refused again. */}
      {problem.kind !== "refused" && (
        <button
          type="button"
          class="problem-retry"
          onClick={() => {
            chat.retry();
          }}
        >
          {say("retry")}
        </button>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={say("dismiss")}
        onClick={() => {
          chat.dismiss();
        }}
      >
        <CloseIcon />
      </button>
    </div>
  );
}
