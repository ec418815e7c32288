import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { keys } from "../keys";
import type { ConversationList, StaffMessage, Summary } from "../wire";
import { belongs, type Selection } from "./selection";

export type Pages = InfiniteData<ConversationList, string | null>;

/** The list with this conversation where it belongs now, or without it. */
export function place(pages: Pages, summary: Summary, selection: Selection, me: string): Pages {
  const known = pages.pages.some((page) => page.conversations.some(({ id }) => id === summary.id));
  const stays = belongs(summary, selection, me) ?? known;
  const without = pages.pages.map((page) => ({
    ...page,
    conversations: page.conversations.filter(({ id }) => id !== summary.id),
  }));
  const [first, ...rest] = without;
  if (!first || !stays) return { ...pages, pages: without };
  return {
    ...pages,
    pages: [{ ...first, conversations: [summary, ...first.conversations] }, ...rest],
  };
}

/** Whether it has a tag that the tags in use, where they were asked for, lack. */
export function bringsTag(cache: QueryClient, { tags }: Summary): boolean {
  const inUse = cache.getQueryData<{ tags: string[] }>(keys.tags)?.tags;
  return inUse !== undefined && tags.some((tag) => !inUse.includes(tag));
}

/** Both without repetition, oldest first; `news` knows better where both have a message. */
export function merge(
  known: readonly StaffMessage[],
  news: readonly StaffMessage[],
): StaffMessage[] {
  const byId = new Map(known.map((message) => [message.id, message]));
  for (const message of news) byId.set(message.id, message);
  return [...byId.values()].sort(
    (one, other) => Date.parse(one.created_at) - Date.parse(other.created_at),
  );
}

/** What the socket told of conversations, and when: a slower answer must not undo it. */
export class Tidings {
  private readonly told = new Map<string, { summary: Summary; at: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  hear(summary: Summary): void {
    this.told.set(summary.id, { summary, at: this.now() });
  }

  start(): number {
    return this.now();
  }

  /** The better known of the two, for an answer that was asked for at `since`. */
  newer(summary: Summary, since: number): Summary {
    const told = this.told.get(summary.id);
    return told && told.at >= since ? told.summary : summary;
  }

  /** All that was told since then. */
  since(since: number): Summary[] {
    return [...this.told.values()].filter(({ at }) => at >= since).map(({ summary }) => summary);
  }
}
