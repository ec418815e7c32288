import type { Problem } from "./delivery";
import type { Delivery } from "./log";
import type { Parcel } from "./outbox";
import type { Standing } from "./standing";
import type { Message } from "./wire";

/** What the transport tells the conversation on the screen. */
export interface Listener {
  /** A session began, with its first messages; what was shown before belongs to another one. */
  began(messages: Message[]): void;
  /** Unsent messages of an earlier visit are on their way again. */
  resumed(parcel: Parcel): void;
  /** Returns those of the messages that were not known before. */
  said(messages: Message[]): Message[];
  stands(standing: Standing): void;
  typing(who: "bot" | "agent" | null): void;
  waiting(on: boolean): void;
  delivery(clientMessageId: string, delivery: Delivery): void;
  linked(on: boolean): void;
  failed(problem: Problem): void;
}
