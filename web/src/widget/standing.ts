import { isFields, readText } from "./fields";

/** Who answers: the bot, nobody yet, a person, or nobody any more. */
export type ConversationState = "bot" | "queued" | "human" | "closed";

/** How a shopper stands who waits for a person. */
export interface Queue {
  /** 1 is next. */
  position: number | null;
  /** Whether the shop's people are there at this hour. */
  open: boolean;
  opens_at?: string;
  /** Whether a message may be left instead of waiting. */
  may_leave: boolean;
}

/** What frames and answers tell of who answers. */
export interface Standing {
  state: ConversationState;
  /** The name of the person. */
  agent?: string;
  queue?: Queue;
}

const STATES: readonly string[] = ["bot", "queued", "human", "closed"];

/** Null where the state is missing or unknown; what else is broken is left out. */
export function readStanding(value: unknown): Standing | null {
  if (!isFields(value) || typeof value.state !== "string" || !STATES.includes(value.state)) {
    return null;
  }
  const standing: Standing = { state: value.state as ConversationState };
  const agent = readText(value.agent);
  if (agent && standing.state === "human") standing.agent = agent;
  const queue = standing.state === "queued" ? readQueue(value.queue) : null;
  if (queue) standing.queue = queue;
  return standing;
}

export function isSameStanding(one: Standing, other: Standing): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function readQueue(value: unknown): Queue | null {
  if (!isFields(value)) return null;
  const position = Number(value.position);
  const queue: Queue = {
    position: Number.isInteger(position) && position > 0 ? position : null,
    open: value.open !== false,
    may_leave: value.may_leave === true,
  };
  const opensAt = readText(value.opens_at);
  if (!Number.isNaN(Date.parse(opensAt))) queue.opens_at = opensAt;
  return queue;
}
