// Development only: what the development shop knows about whoever signs in.
import { products } from "./catalogue.js";

function goods(topic, at, steps) {
  const { id, title, image_url } = products[at];
  const url = `/products/${id}`;
  return { topic, key: id, name: title, image_url, url, at: "2026-03-02T09:12:00Z", steps };
}

export function aPortrait() {
  return {
    orders: 2,
    lines: [
      { topic: "category", key: "lighting", name: "Lighting", steps: ["avoid", "forget"] },
      { topic: "brand", key: "Northbound", name: "Northbound", steps: ["avoid", "forget"] },
      { topic: "size", key: "42", name: "42 (shoes)", steps: ["correct", "forget"] },
      goods("liked", 7, ["forget"]),
      goods("disliked", 13, ["like", "forget"]),
      goods("viewed", 25, ["forget"]),
      goods("viewed", 26, ["forget"]),
      goods("bought", 1, ["forget"]),
      goods("alert", 9, ["forget"]),
    ],
  };
}
