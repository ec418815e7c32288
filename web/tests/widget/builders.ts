import type { Parcel } from "../../src/widget/outbox";
import type { Comparison, Message, ProductCard, Role } from "../../src/widget/wire";

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

export function aComparison(about: Partial<Comparison> = {}): Comparison {
  const column = (id: string, title: string) => ({
    product_id: id,
    title,
    image_url: `/media/${id}.png`,
    url: `/products/${id}`,
  });
  return {
    columns: [column("p1", "Oak Chair"), column("p2", "Ash Stool")],
    rows: [
      { label: "Price", values: ["$80", "$60"], best: 1 },
      { label: "Weight", values: ["4 kg", null], best: null },
    ],
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
