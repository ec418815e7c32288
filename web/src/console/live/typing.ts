import type { ServerFrame } from "../wire";

type TypingFrame = Extract<ServerFrame, { type: "typing" }>;

export interface Typist {
  who: "shopper" | "bot" | "agent";
  name: string | null;
}

/** Typing that nobody ended: the line broke, or the tab was closed. */
const LONGEST_MS = 8_000;

/** Who is writing, in each conversation. */
export class Typing {
  private readonly typists = new Map<string, Typist>();
  private readonly clocks = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  in(conversationId: string): Typist | null {
    return this.typists.get(conversationId) ?? null;
  }

  /** As the socket tells it. */
  take(frame: TypingFrame): void {
    const { conversation_id: id, who, name = null } = frame;
    if (frame.on) this.begin(id, { who, name });
    else this.end(id, who);
  }

  begin(conversationId: string, typist: Typist): void {
    this.typists.set(conversationId, typist);
    clearTimeout(this.clocks.get(conversationId));
    this.clocks.set(
      conversationId,
      setTimeout(() => {
        this.end(conversationId);
      }, LONGEST_MS),
    );
    this.tell();
  }

  /** @param who Only if it is them. */
  end(conversationId: string, who?: Typist["who"]): void {
    const typist = this.typists.get(conversationId);
    if (!typist || (who && typist.who !== who)) return;
    clearTimeout(this.clocks.get(conversationId));
    this.typists.delete(conversationId);
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

const KEEP_SAYING_MS = 3_000;
const IDLE_MS = 4_000;

/** Tells the other side that the agent writes: at the first key, now and then after, and when they stop. */
export class TypingReport {
  private saidAt = -Infinity;
  private idle: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly say: (on: boolean) => void) {}

  key(): void {
    const now = Date.now();
    if (now - this.saidAt >= KEEP_SAYING_MS) {
      this.saidAt = now;
      this.say(true);
    }
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      this.stop();
    }, IDLE_MS);
  }

  stop(): void {
    clearTimeout(this.idle);
    if (this.saidAt === -Infinity) return;
    this.saidAt = -Infinity;
    this.say(false);
  }
}
