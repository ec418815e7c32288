import type { Problem } from "./delivery";
import type { Entry } from "./log";
import type { Thumb } from "./memory";
import type { ChatRest } from "./rest";
import type { Shelf } from "./storage";
import type { ConversationState } from "./wire";

/** All that the screen shows. A new object each time something changes. */
export interface View {
  open: boolean;
  /** A session is being made or fetched for the first time. */
  starting: boolean;
  locale: string;
  entries: readonly Entry[];
  state: ConversationState;
  typing: "bot" | "agent" | null;
  linked: boolean;
  problem: Problem | null;
  unread: number;
  thumbs: Readonly<Record<string, Thumb>>;
}

/** What a conversation stands on. */
export interface Surroundings {
  /** Lives on between visits. */
  local: Shelf;
  /** Lives as long as the tab. */
  tab: Shelf;
  rest?: ChatRest;
  makeSocket?: (address: string) => WebSocket;
}

/** Before anything was said. */
export function blankView(known: Pick<View, "open" | "locale" | "thumbs">): View {
  return {
    ...known,
    starting: false,
    entries: [],
    state: "bot",
    typing: null,
    linked: true,
    problem: null,
    unread: 0,
  };
}
