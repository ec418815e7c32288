import type { Parcel } from "./outbox";
import type { Message } from "./wire";

/** `waiting`: for the connection; `paused`: it was too fast. Both go on by themselves. */
export type Delivery = "sending" | "waiting" | "paused" | "sent" | "failed";

/** One line of the conversation. A shopper's own line stands before the server has given it an id. */
export interface Entry {
  /** Stays the same when the line gets its id, so that the screen does not flicker. */
  key: string;
  message: Message;
  delivery: Delivery | null;
}

/** The conversation in order, each message once, whichever way and however often it came. */
export class ConversationLog {
  private lines: readonly Entry[] = [];

  get entries(): readonly Entry[] {
    return this.lines;
  }

  /** The newest message that the server has given an id. */
  get lastId(): string | undefined {
    return this.lines.findLast((line) => line.message.id !== "")?.message.id;
  }

  /** Shows what the shopper said at once, before the server knows. */
  say({ client_message_id, said, title, created_at }: Parcel): void {
    if (this.lines.some((line) => line.key === client_message_id)) return;
    const text = "text" in said ? said.text : title;
    const message: Message = {
      id: "",
      role: "shopper",
      text,
      cards: [],
      quick_replies: [],
      created_at,
      client_message_id,
    };
    this.lines = [...this.lines, { key: client_message_id, message, delivery: "sending" }];
  }

  mark(clientMessageId: string, delivery: Delivery): void {
    this.lines = this.lines.map((line) =>
      line.key === clientMessageId ? { ...line, delivery } : line,
    );
  }

  /**
   * Adds messages that arrive in the server's order, and returns those not seen before.
   *
   * A missed message that comes late goes in front of the newer ones already here.
   */
  merge(messages: readonly Message[]): Message[] {
    const lines = [...this.lines];
    const fresh: Message[] = [];
    let before = lines.length;
    for (const message of messages.toReversed()) {
      const known = lines.findIndex((line) => isSame(line, message));
      const line = lines[known];
      if (line) {
        if (line.message.id === "") lines[known] = { ...line, message, delivery: "sent" };
        before = known;
      } else {
        lines.splice(before, 0, { key: `id:${message.id}`, message, delivery: null });
        fresh.unshift(message);
      }
    }
    this.lines = lines;
    return fresh;
  }

  /** Another session: its messages, and under them what the shopper has not got through yet. */
  restart(messages: readonly Message[]): void {
    const unsent = this.lines.filter((line) => line.message.id === "" && line.delivery !== "sent");
    this.lines = [];
    this.merge(messages);
    this.lines = [...this.lines, ...unsent];
  }

  clear(): void {
    this.lines = [];
  }
}

function isSame(line: Entry, message: Message): boolean {
  if (line.message.id !== "") return line.message.id === message.id;
  if (message.role !== "shopper") return false;
  // A server that does not give the sender's id back: the words have to do.
  return message.client_message_id !== undefined
    ? message.client_message_id === line.key
    : message.text.trim() === line.message.text.trim();
}
