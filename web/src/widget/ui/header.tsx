import type { View } from "../view";
import { useLanguage } from "../words";
import { useChat } from "./context";
import { CloseIcon, PersonIcon, RestartIcon, SparkIcon } from "./icons";
import { Menu, type MenuItem } from "./menu";

interface HeaderProps {
  view: View;
  items: readonly MenuItem[];
  onMenu: () => void;
  onRestart: () => void;
}

/** The name of the person who answers: as the shop says, or as they signed what they said. */
export function agentName({ agent, entries }: Pick<View, "agent" | "entries">): string | undefined {
  return agent ?? entries.findLast((line) => line.message.role === "agent")?.message.author;
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => Array.from(word ?? "")[0] ?? "").join("");
}

/** Who the shopper is talking with, and the ways out. */
export function Header({ view, items, onMenu, onRestart }: HeaderProps) {
  const chat = useChat();
  const { say } = useLanguage();
  const name = view.state === "human" ? agentName(view) : undefined;
  return (
    <div class="header">
      <span class={`avatar avatar-${view.state}`} aria-hidden="true">
        {view.state !== "human" ? <SparkIcon /> : name ? initials(name) : <PersonIcon />}
      </span>
      <div class="header-words">
        <h2 dir="auto">{name ?? say(view.state === "human" ? "who_agent" : "assistant")}</h2>
        <p class={`state state-${view.linked ? view.state : "lost"}`} role="status">
          <span class="state-dot" aria-hidden="true" />
          <StateWords view={view} />
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
      <Menu items={items} onOpen={onMenu} />
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
    </div>
  );
}

function StateWords({ view: { linked, state, queue } }: { view: View }) {
  const { say } = useLanguage();
  if (!linked) return say("reconnecting");
  if (queue && !queue.open) return say("state_queued_away");
  if (queue?.position) return say("state_queued_place", { place: queue.position });
  return say(`state_${state}`);
}
