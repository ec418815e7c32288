import type { View } from "../view";
import { useLanguage } from "../words";
import { useChat } from "./context";
import { CloseIcon, RestartIcon, SparkIcon } from "./icons";

interface HeaderProps {
  view: View;
  onRestart: () => void;
}

/** The name of the person who answers, once they have said something. */
export function agentName({ entries }: Pick<View, "entries">): string | undefined {
  return entries.findLast((line) => line.message.role === "agent")?.message.author;
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => Array.from(word ?? "")[0] ?? "").join("");
}

/** Who the shopper is talking with, and the ways out. */
export function Header({ view, onRestart }: HeaderProps) {
  const chat = useChat();
  const { say } = useLanguage();
  const name = view.state === "human" ? agentName(view) : undefined;
  return (
    <header class="header">
      <span class={`avatar avatar-${view.state}`} aria-hidden="true">
        {name === undefined ? <SparkIcon /> : initials(name)}
      </span>
      <div class="header-words">
        <h2>{name ?? say("assistant")}</h2>
        <p class={`state state-${view.linked ? view.state : "lost"}`} role="status">
          <span class="state-dot" aria-hidden="true" />
          {view.linked ? say(`state_${view.state}`) : say("reconnecting")}
        </p>
      </div>
      <button
        type="button"
        class="icon-button"
        aria-label={say("restart")}
        title={say("restart")}
        onClick={onRestart}
      >
        <RestartIcon />
      </button>
      <button
        type="button"
        class="icon-button panel-close"
        aria-label={say("close")}
        title={say("close")}
        onClick={() => {
          chat.close();
        }}
      >
        <CloseIcon />
      </button>
    </header>
  );
}
