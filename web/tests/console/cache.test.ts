import { describe, expect, it } from "vitest";
import { merge, place, Tidings, type Pages } from "../../src/console/live/cache";
import {
  belongs,
  EVERYTHING,
  inOrder,
  isNarrowed,
  listPath,
} from "../../src/console/live/selection";
import { aList, aMessage, aSummary } from "./builders";

const ME = "ana";
const pagesOf = (...ids: string[]): Pages => ({
  pages: [aList(ids.map((id) => aSummary({ id })))],
  pageParams: [null],
});
const idsOf = (pages: Pages) =>
  pages.pages.flatMap(({ conversations }) => conversations.map(({ id }) => id));

describe("a conversation that changes", () => {
  it("enters the list where it belongs", () => {
    expect(idsOf(place(pagesOf("c1"), aSummary({ id: "c2" }), EVERYTHING, ME))).toEqual([
      "c2",
      "c1",
    ]);
  });

  it("leaves the queue when somebody claims it", () => {
    const claimed = aSummary({ state: "human", owner: { id: "ben", name: "Ben" } });
    expect(idsOf(place(pagesOf("c1", "c2"), claimed, EVERYTHING, ME))).toEqual(["c2"]);
  });

  it("stays among what a search found, and does not enter it", () => {
    const search = { ...EVERYTHING, q: "shoes" };
    expect(idsOf(place(pagesOf("c1"), aSummary({ unread: 1 }), search, ME))).toEqual(["c1"]);
    expect(idsOf(place(pagesOf("c1"), aSummary({ id: "c2" }), search, ME))).toEqual(["c1"]);
  });

  it("is mine only while it is open and I own it", () => {
    const mine = { ...EVERYTHING, tab: "mine" as const };
    const owner = { id: ME, name: "Ana" };
    expect(belongs(aSummary({ state: "human", owner }), mine, ME)).toBe(true);
    expect(belongs(aSummary({ state: "closed", owner }), mine, ME)).toBe(false);
  });

  it("is found by its language whatever the region", () => {
    const chinese = { ...EVERYTHING, locale: "zh" };
    expect(belongs(aSummary({ locale: "zh-TW" }), chinese, ME)).toBe(true);
    expect(belongs(aSummary({ locale: "en" }), chinese, ME)).toBe(false);
  });
});

describe("a list of one tag", () => {
  const tagged = { ...EVERYTHING, tag: "zip" };

  it("has a conversation from when it gets the tag until it loses it", () => {
    const zip = aSummary({ id: "c2", tags: ["bags", "zip"] });
    const got = place(pagesOf("c1"), zip, tagged, ME);
    expect(idsOf(got)).toContain("c2");
    expect(idsOf(place(got, { ...zip, tags: ["bags"] }, tagged, ME))).not.toContain("c2");
    expect(listPath(tagged, null)).toContain("&tag=zip&");
  });

  it("counts as less than the whole tab", () => {
    expect([EVERYTHING, tagged].map(isNarrowed)).toEqual([false, true]);
  });
});

describe("the list", () => {
  it("puts who waits longest first in the queue, and who spoke last elsewhere", () => {
    const early = aSummary({ id: "a", waiting_since: "2026-01-01T09:00:00Z" });
    const late = aSummary({ id: "b", last_message_at: "2026-01-01T11:00:00Z" });
    expect(inOrder([late, early], "queued").map(({ id }) => id)).toEqual(["a", "b"]);
    expect(inOrder([early, late], "all").map(({ id }) => id)).toEqual(["b", "a"]);
  });

  it("asks the shop for what the tab and the filters say", () => {
    expect(listPath({ ...EVERYTHING, q: "red & blue", channel: "web" }, null)).toBe(
      "/conversations?state=queued&q=red+%26+blue&channel=web&limit=50",
    );
    expect(listPath({ ...EVERYTHING, tab: "mine" }, "x")).toBe(
      "/conversations?mine=true&limit=50&before=x",
    );
  });
});

describe("messages", () => {
  it("are kept once each, oldest first, the latest reading of each", () => {
    const first = aMessage({ id: "1", created_at: "2026-01-01T10:00:00Z" });
    const second = aMessage({ id: "2", created_at: "2026-01-01T10:00:01.5Z" });
    const understood = { ...first, intent: "greet" };
    expect(merge([first], [second, understood])).toEqual([understood, second]);
  });
});

describe("an answer that was slow", () => {
  it("does not undo what was told meanwhile", () => {
    let now = 0;
    const tidings = new Tidings(() => now);
    const queued = aSummary();
    const claimed = aSummary({ state: "human" });
    const asked = tidings.start();
    now = 1;
    tidings.hear(claimed);
    expect(tidings.newer(queued, asked)).toBe(claimed);
    now = 2;
    expect(tidings.newer(queued, tidings.start())).toBe(queued);
  });
});
