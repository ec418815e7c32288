import type { Selection } from "./live/selection";

/** Where each answer of the server's is kept. */
export const keys = {
  lists: ["list"] as const,
  list: (selection: Selection) => ["list", selection] as const,
  details: ["detail"] as const,
  detail: (id: string) => ["detail", id] as const,
  messages: (id: string) => ["messages", id] as const,
  suggestions: (id: string) => ["suggestions", id] as const,
  products: (id: string, q: string) => ["products", id, q] as const,
  labels: ["labels"] as const,
  tags: ["tags"] as const,
  canned: ["canned"] as const,
  rules: ["rules"] as const,
  team: ["team"] as const,
  audit: (filter: object) => ["audit", filter] as const,
  numbers: (days: number) => ["numbers", days] as const,
  insight: (days: number) => ["insight", days] as const,
};
