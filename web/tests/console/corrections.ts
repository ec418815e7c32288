import type { Mark, OpenGroup, OpenMessage } from "../../src/console/ui/corrections/wire";

export function anOpenMessage(parts: Partial<OpenMessage> = {}): OpenMessage {
  return {
    id: "1",
    conversation_id: "c1",
    text: "where is my red parcel",
    said_at: "2026-01-01T10:00:00Z",
    locale: "en",
    intent: "search_product",
    confidence: 0.6,
    likely: [
      { intent: "search_product", confidence: 0.6 },
      { intent: "track_order", confidence: 0.3 },
    ],
    sentiment: { label: "neutral", score: 0 },
    entities: [],
    reasons: ["near_two"],
    hint: null,
    ...parts,
  };
}

export function aGroup(...messages: OpenMessage[]): OpenGroup {
  const [first = anOpenMessage()] = messages;
  return {
    key: first.id,
    intent: "search_product",
    score: 1,
    reasons: ["near_two"],
    messages: messages.length > 0 ? messages : [first],
    before: null,
    after: null,
  };
}

export function aMark(start: number, end: number, parts: Partial<Mark> = {}): Mark {
  return { entity: "color", value: "red", role: "include", start, end, ...parts };
}
