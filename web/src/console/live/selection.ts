import { query } from "../api";
import type { Mood, State, Summary } from "../wire";

export const TABS = ["queued", "mine", "all", "closed"] as const;
export type Tab = (typeof TABS)[number];

/** Which conversations the list shows. */
export interface Selection {
  tab: Tab;
  q: string;
  channel: string;
  locale: string;
  sentiment: Mood | "";
  tag: string;
}

export const EVERYTHING: Selection = {
  tab: "queued",
  q: "",
  channel: "",
  locale: "",
  sentiment: "",
  tag: "",
};

const STATES: Record<Tab, State[]> = {
  queued: ["queued"],
  mine: [],
  all: ["queued", "human", "bot"],
  closed: ["closed"],
};

export function listPath(selection: Selection, before: string | null): string {
  const { tab, q, channel, locale, sentiment, tag } = selection;
  return `/conversations${query({
    state: STATES[tab],
    mine: tab === "mine",
    q,
    channel,
    locale,
    sentiment,
    tag,
    limit: 50,
    before,
  })}`;
}

/** Whether the list would show it; null where only the server's search can tell. */
export function belongs(summary: Summary, selection: Selection, me: string): boolean | null {
  const { tab, q, channel, locale, sentiment, tag } = selection;
  const inTab =
    tab === "mine"
      ? summary.owner?.id === me && summary.state !== "closed"
      : STATES[tab].includes(summary.state);
  const fits =
    inTab &&
    (channel === "" || summary.channel === channel) &&
    (locale === "" || summary.locale.split("-")[0] === locale) &&
    (sentiment === "" || summary.sentiment === sentiment) &&
    (tag === "" || summary.tags.includes(tag));
  return fits && q !== "" ? null : fits;
}

/** Whether it is of less than a whole tab. */
export function isNarrowed({ q, channel, locale, sentiment, tag }: Selection): boolean {
  return [q, channel, locale, sentiment, tag].some((one) => one !== "");
}

/** Who has waited longest comes first in the queue; elsewhere, who spoke last. */
export function inOrder(list: readonly Summary[], tab: Tab): Summary[] {
  const asked = (one: Summary) => Date.parse(one.waiting_since ?? one.last_message_at);
  const spoke = (one: Summary) => Date.parse(one.last_message_at);
  return [...list].sort((one, other) =>
    tab === "queued" ? asked(one) - asked(other) : spoke(other) - spoke(one),
  );
}
