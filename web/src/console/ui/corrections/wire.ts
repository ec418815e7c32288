/** The shapes of the inbox for corrections. */
import type { Mood, Person, Speaker } from "../../wire";

export type Doubt =
  | "thumbs_down"
  | "taken_over"
  | "fallback"
  | "new_cluster"
  | "low_confidence"
  | "near_two"
  | "negative";

export const DOUBTS: readonly Doubt[] = [
  "thumbs_down",
  "taken_over",
  "fallback",
  "new_cluster",
  "low_confidence",
  "near_two",
  "negative",
];

export interface Guess {
  intent: string;
  confidence: number;
}

/** A part of a message that names something: `text.slice(start, end)`. */
export interface Mark {
  entity: string;
  value: string | number;
  role: "include" | "exclude";
  start: number;
  end: number;
}

export interface OpenMessage {
  id: string;
  conversation_id: string;
  text: string;
  said_at: string;
  locale: string;
  /** As it was read; `nlu_fallback` where it was not. */
  intent: string | null;
  confidence: number | null;
  likely: Guess[];
  sentiment: { label: Mood; score: number } | null;
  entities: Mark[];
  reasons: Doubt[];
  hint: { intent: string | null; source: string; strength: number } | null;
}

export interface OpenGroup {
  key: string;
  intent: string;
  score: number;
  reasons: Doubt[];
  messages: OpenMessage[];
  before: Said | null;
  after: Said | null;
}

export interface Said {
  role: Speaker;
  text: string;
}

export interface Week {
  accepted: number;
  corrected: number;
  discarded: number;
  mine: number;
}

export interface Corrections {
  groups: OpenGroup[];
  left: {
    groups: number;
    messages: number;
    found: number;
    reasons: Partial<Record<Doubt, number>>;
  };
  week: Week;
  next: number | null;
}

export interface KnownIntent {
  name: string;
  description: string;
  /** False: wanted by staff; the model does not know it yet. */
  serves: boolean;
}

export interface KnownIntents {
  intents: KnownIntent[];
  entities: string[];
}

export interface Act {
  act: string;
  messages: { id: string; entities?: Mark[] }[];
  intent?: string;
  sentiment?: Mood;
  discard?: boolean;
}

export interface Done {
  act: string;
  labelled: string[];
  overridden: { message_id: string; by: Person; intent: string | null; discarded: boolean }[];
  gone: string[];
}

/** What every console is told of an act. */
export interface CorrectedFrame {
  type: "corrected";
  conversation_id: string;
  act: string;
  by: Person;
  messages: string[];
  intent: string | null;
  discarded: boolean;
  undone: boolean;
}
