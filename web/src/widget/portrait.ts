import { isFields, readList, readText } from "./fields";

/** What a line of the portrait is about. */
export type PortraitTopic =
  "brand" | "category" | "size" | "liked" | "disliked" | "avoided" | "viewed" | "bought" | "alert";

/** What the shopper may do with a line. */
export type PortraitStep = "forget" | "avoid" | "like" | "correct";

/** One thing that the shop knows about the shopper. */
export interface PortraitLine {
  topic: PortraitTopic;
  /** With the topic it names the line. */
  key: string;
  /** As the shopper reads it. */
  name: string;
  image_url: string;
  url: string;
  at: string;
  steps: PortraitStep[];
}

export interface Portrait {
  lines: PortraitLine[];
  orders: number;
}

/** What the shopper wants done with a line. `value` takes its place when it is corrected. */
export interface PortraitChange {
  topic: PortraitTopic;
  key: string;
  step: PortraitStep;
  value?: string;
}

const TOPICS: readonly string[] = [
  "brand",
  "category",
  "size",
  "liked",
  "disliked",
  "avoided",
  "viewed",
  "bought",
  "alert",
];
const STEPS: readonly string[] = ["forget", "avoid", "like", "correct"];

function readLine(value: unknown): PortraitLine | null {
  if (!isFields(value)) return null;
  const topic = readText(value.topic);
  const key = readText(value.key);
  if (!TOPICS.includes(topic) || key === "") return null;
  return {
    topic: topic as PortraitTopic,
    key,
    name: readText(value.name) || key,
    image_url: readText(value.image_url),
    url: readText(value.url),
    at: readText(value.at),
    steps: readList(value.steps, (step) =>
      STEPS.includes(readText(step)) ? (step as PortraitStep) : null,
    ),
  };
}

/** What could be read; an empty portrait where nothing could. */
export function readPortrait(value: unknown): Portrait {
  if (!isFields(value)) return { lines: [], orders: 0 };
  return { lines: readList(value.lines, readLine), orders: Number(value.orders) || 0 };
}
