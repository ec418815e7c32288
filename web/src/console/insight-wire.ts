/** What `/insight` answers; a shop that cannot tell a part leaves it out. */

export interface InsightDay {
  day: string;
  conversations: number;
  handoffs: number;
  fallbacks: number;
  mood: number | null;
}

export interface MoodOf {
  name: string;
  count: number;
  mood: number;
  /** In the time before; null where there was too little. */
  before: number | null;
}

export interface Surge {
  kind: "topic" | "country";
  name: string;
  mood: number;
  before: number;
  count: number;
}

export interface Asked {
  words: string;
  count: number;
  last_at: string;
}

export interface Cohort {
  week: string;
  size: number;
  /** Share of the cohort that came back in each following week. */
  with_conversation: (number | null)[];
  without_conversation: (number | null)[];
}

export interface Insight {
  since: string;
  resolution?: {
    conversations: number;
    without_person: number;
    handed_over: number;
    share: number | null;
  };
  per_day?: InsightDay[];
  intents?: { intent: string; count: number }[];
  moods?: { by_topic: MoodOf[]; by_country: MoodOf[] };
  alerts?: Surge[];
  funnel?: { shown: number; clicked: number; carted: number; bought: number };
  not_stocked?: Asked[];
  faq_gaps?: Asked[];
  cohorts?: Cohort[];
  exposure?: { product_id: string; title: string; shown: number; share: number }[];
}
