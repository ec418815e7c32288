import type { Parcel } from "../../src/widget/outbox";
import type { Message, ProductCard, Role } from "../../src/widget/wire";

let count = 0;

export function aMessage(about: Partial<Message> = {}): Message {
  count += 1;
  return {
    id: String(count),
    role: "bot",
    text: `message ${count}`,
    cards: [],
    quick_replies: [],
    created_at: "2026-01-01T10:00:00Z",
    ...about,
  };
}

export function saidBy(role: Role, text: string): Message {
  return aMessage({ role, text });
}

export function aCard(about: Partial<ProductCard> = {}): ProductCard {
  return {
    product_id: "p1",
    title: "Oak Chair",
    category: "furniture",
    price: { amount: "80.00", currency: "USD" },
    image_url: "/media/p1.png",
    url: "/products/p1",
    availability: "in_stock",
    reason: "Because you like oak.",
    ...about,
  };
}

export function aParcel(about: Partial<Parcel> = {}): Parcel {
  count += 1;
  return {
    client_message_id: `client-${count}`,
    said: { text: "hello" },
    title: "hello",
    created_at: `2026-01-01T10:00:${String(count % 60).padStart(2, "0")}Z`,
    ...about,
  };
}
