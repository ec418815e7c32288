import type { Problem } from "./delivery";
import type { Entry } from "./log";
import type { Thumb } from "./memory";
import type { ChatRest } from "./rest";
import type { ConversationState, Queue } from "./standing";
import type { Shelf } from "./storage";

/** All that the screen shows. A new object each time something changes. */
export interface View {
  open: boolean;
  /** A session is being made or fetched for the first time. */
  starting: boolean;
  locale: string;
  entries: readonly Entry[];
  state: ConversationState;
  /** Who the person is that answers. */
  agent: string | null;
  queue: Queue | null;
  typing: "bot" | "agent" | null;
  linked: boolean;
  problem: Problem | null;
  unread: number;
  thumbs: Readonly<Record<string, Thumb>>;
  /** Whether chats may be learnt from; null while the shopper has not been asked. */
  consent: boolean | null;
  /** The closed conversation has been graded. */
  graded: boolean;
  /** Signed in, so that the shop knows more than this chat. */
  signedIn: boolean;
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

type Known = Pick<View, "open" | "locale" | "thumbs" | "consent" | "signedIn">;

/** Before anything was said. */
export function blankView(known: Known): View {
  return {
    ...known,
    starting: false,
    entries: [],
    state: "bot",
    agent: null,
    queue: null,
    typing: null,
    linked: true,
    problem: null,
    unread: 0,
    graded: false,
  };
}

/** Holds the view, and tells of each new one. */
export class Screen {
  private readonly watchers = new Set<() => void>();

  constructor(public view: View) {}

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  change(part: Partial<View>): void {
    this.view = { ...this.view, ...part };
    for (const watcher of this.watchers) watcher();
  }
}
