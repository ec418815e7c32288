import { isFields, readText } from "./fields";

/** What the shop may write about unasked. */
export type OutreachTopic = "alerts" | "orders" | "carts";

/** What the shopper wants to hear, and between which hours of their clock nothing. */
export interface Outreach extends Record<OutreachTopic, boolean> {
  /** Both are hours from 0 to 23; null: at any hour. */
  quiet: QuietHours | null;
}

export interface QuietHours {
  from: number;
  to: number;
}

/** What is to change; what is not named stays. */
export type OutreachChange = Partial<Record<OutreachTopic, boolean>> & {
  quiet_hours?: QuietHours | null;
  time_zone?: string;
};

/** The wishes as the shop answers them; null where it answered something else. */
export function readOutreach(value: unknown): Outreach | null {
  if (!isFields(value)) return null;
  const { alerts, orders, carts, quiet_from: from, quiet_to: to } = value;
  const isQuiet = typeof from === "number" && typeof to === "number";
  return {
    alerts: alerts === true,
    orders: orders === true,
    carts: carts === true,
    quiet: isQuiet ? { from, to } : null,
  };
}

/** The clock of this browser, where it tells. */
export function ownTimeZone(): string | undefined {
  return readText(Intl.DateTimeFormat().resolvedOptions().timeZone) || undefined;
}
