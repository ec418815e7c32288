import type { Summary, StaffMessage, ConversationList, ProductCard } from "../../src/console/wire";

export function aSummary(parts: Partial<Summary> = {}): Summary {
  return {
    id: "c1",
    state: "queued",
    owner: null,
    channel: "web",
    locale: "en",
    customer: null,
    created_at: "2026-01-01T10:00:00Z",
    last_message_at: "2026-01-01T10:05:00Z",
    preview: { role: "shopper", text: "hello" },
    unread: 0,
    sentiment: "neutral",
    mood: 0,
    waiting_seconds: 60,
    waiting_since: "2026-01-01T10:04:00Z",
    reason: "asked",
    cart_value: null,
    tags: [],
    rating: null,
    ...parts,
  };
}

export function aMessage(parts: Partial<StaffMessage> = {}): StaffMessage {
  return {
    id: "1",
    role: "shopper",
    text: "hello",
    cards: [],
    quick_replies: [],
    created_at: "2026-01-01T10:00:00Z",
    intent: null,
    confidence: null,
    sentiment: null,
    entities: [],
    label: null,
    degraded: false,
    ...parts,
  };
}

export function aCard(parts: Partial<ProductCard> = {}): ProductCard {
  return {
    product_id: "p1",
    title: "Oak Table",
    category: "furniture",
    price: { amount: "120.00", currency: "USD" },
    image_url: "/media/p1.png",
    url: "/products/p1",
    availability: "in_stock",
    reason: "Fits what you asked for.",
    ...parts,
  };
}

export function aList(conversations: Summary[]): ConversationList {
  return {
    conversations,
    counts: { bot: 0, queued: conversations.length, human: 0, closed: 0, mine: 0 },
    next: null,
  };
}
