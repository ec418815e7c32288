import type { Problem } from "./delivery";
import type { Emitter } from "./emitter";
import type { Listener } from "./listener";
import type { ConversationLog, Delivery } from "./log";
import type { Parcel } from "./outbox";
import type { ConversationState, Standing } from "./standing";
import type { Unread } from "./unread";
import type { Screen } from "./view";
import type { Message } from "./wire";

/** Whoever was cut off in the middle of a word does not type for ever. */
const TYPING_MS = 30_000;

/** What a line's news means to the conversation as a whole. */
export interface Hearer {
  readonly screen: Screen;
  readonly events: Emitter;
  readonly log: ConversationLog;
  readonly unread: Unread;
  /** A session runs. */
  began(): void;
  show(parcel: Parcel): void;
  fail(problem: Problem): void;
}

/** Puts what one line to the shop brings onto the screen. */
export class Hearing implements Listener {
  private heard: "bot" | "agent" | null = null;
  private expecting = false;
  private clock: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly chat: Hearer) {}

  began(messages: Message[]): void {
    this.chat.log.restart(messages);
    this.chat.screen.change({ entries: this.chat.log.entries });
    this.chat.unread.count();
    this.chat.began();
  }

  resumed(parcel: Parcel): void {
    this.chat.show(parcel);
  }

  said(messages: Message[]): Message[] {
    const { log, screen, events, unread } = this.chat;
    const fresh = log.merge(messages);
    const answers = fresh.filter((message) => message.role !== "shopper");
    const late = answers.length > 0 && screen.view.problem?.kind === "slow";
    if (answers.length > 0) this.heard = null;
    screen.change({
      ...{ entries: log.entries, typing: this.typist() },
      ...(late && { problem: null }),
    });
    unread.count();
    for (const message of answers) events.emit("message", { message });
    return fresh;
  }

  stands({ state, agent, queue }: Standing): void {
    const { screen, events } = this.chat;
    const isNew = state !== screen.view.state;
    // Who typed before is not who answers now.
    if (isNew) this.heard = null;
    const who = { agent: agent ?? null, queue: queue ?? null };
    screen.change({ state, ...who, typing: this.typist(state) });
    if (isNew) events.emit("state", { state });
  }

  typing(who: "bot" | "agent" | null): void {
    this.heard = who;
    clearTimeout(this.clock);
    if (who) {
      this.clock = setTimeout(() => {
        this.typing(null);
      }, TYPING_MS);
    }
    this.chat.screen.change({ typing: this.typist() });
  }

  waiting(on: boolean): void {
    this.expecting = on;
    this.chat.screen.change({ typing: this.typist() });
  }

  delivery(id: string, delivery: Delivery): void {
    const { log, screen } = this.chat;
    log.mark(id, delivery);
    const settled = delivery !== "failed" && screen.view.problem?.client_message_id === id;
    screen.change({ entries: log.entries, ...(settled && { problem: null }) });
  }

  linked(linked: boolean): void {
    const { screen } = this.chat;
    // What concerned the connection alone is over when it is back.
    const over = linked && screen.view.problem?.kind === "offline";
    screen.change({ linked, ...(over && { problem: null }) });
  }

  failed(problem: Problem): void {
    this.chat.fail(problem);
  }

  /** Nothing more is heard of this line. */
  end(): void {
    clearTimeout(this.clock);
  }

  private typist(state: ConversationState = this.chat.screen.view.state): "bot" | "agent" | null {
    return this.heard ?? (this.expecting && state === "bot" ? "bot" : null);
  }
}
