import type { Problem } from "../delivery";
import { useLanguage } from "../words";
import { useChat } from "./context";
import { CloseIcon, WarningIcon } from "./icons";

/** What went wrong, in plain words, and the way on. */
export function ProblemLine({ problem }: { problem: Problem }) {
  const chat = useChat();
  const { say } = useLanguage();
  const isStill = problem.kind === "busy" && !problem.passes;
  return (
    <div
      class={problem.passes ? "problem problem-calm" : "problem"}
      role={problem.passes ? "status" : "alert"}
    >
      <WarningIcon />
      <p>{say(isStill ? "problem_busy_long" : `problem_${problem.kind}`)}</p>
      {/* What was refused once would be refused again; what passes goes on by itself. */}
      {problem.kind !== "refused" && !problem.passes && (
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
