/** What `/drift` answers: the last week held against the four before. */

export type DriftName =
  | "words"
  | "confidence"
  | "fallback"
  | "intents"
  | "sentiment"
  | "behaviour"
  | "conversion"
  | "out_of_stock"
  | "new_goods";

/** A kind whose share changed. */
export interface Moved {
  name: string;
  before: number;
  now: number;
  days: (number | null)[];
}

export interface Measured {
  name: DriftName;
  state: "alert" | "quiet" | "too_few";
  /** Null for a mix: what moved in it says it. */
  before: number | null;
  now: number | null;
  change: number | null;
  chance: number | null;
  shoppers: [number, number];
  days: (number | null)[];
  moved: Moved[];
}

export interface Drift {
  measured_at: string;
  start: string;
  last_week: string;
  days: string[];
  measures: Measured[];
  /** Unknown to the assistant, and said by at least five shoppers last week. */
  new_words: string[];
}
