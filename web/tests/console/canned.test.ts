import { afterEach, describe, expect, it } from "vitest";
import { fill, fitting, slashBefore } from "../../src/console/live/canned";
import { Drafts } from "../../src/console/live/drafts";
import type { Canned } from "../../src/console/wire";
import { aCard } from "./builders";

const canned = (shortcut: string, parts: Partial<Canned> = {}): Canned => ({
  id: shortcut,
  shortcut,
  title: shortcut,
  text: "words",
  locale: null,
  ...parts,
});

describe("a slash", () => {
  it("begins a canned answer at the start and after a space", () => {
    expect(slashBefore("/re", 3)).toEqual({ from: 0, word: "re" });
    expect(slashBefore("well, /re", 9)).toEqual({ from: 6, word: "re" });
  });

  it("within a word or an address is only a slash", () => {
    expect(slashBefore("and/or", 6)).toBeNull();
    expect(slashBefore("https://a", 9)).toBeNull();
  });
});

describe("canned answers", () => {
  it("fit by shortcut first, then by what they say", () => {
    const all = [canned("hello", { text: "we return calls" }), canned("returns")];
    expect(fitting(all, "ret", "en").map(({ id }) => id)).toEqual(["returns", "hello"]);
    expect(fitting(all, "zzz", "en")).toEqual([]);
  });

  it("in the shopper's language come before others", () => {
    const all = [canned("bye", { locale: "en" }), canned("zaijian", { locale: "zh" })];
    expect(fitting(all, "", "zh-CN").map(({ id }) => id)).toEqual(["zaijian", "bye"]);
  });

  it("carry the shopper's name, and close the gap where there is none", () => {
    expect(fill("Hi {name}, welcome!", "Maya")).toBe("Hi Maya, welcome!");
    expect(fill("Hi {name}, welcome!", null)).toBe("Hi, welcome!");
    expect(fill("{name}，您好", null)).toBe("您好");
  });
});

describe("a draft", () => {
  afterEach(() => {
    localStorage.clear();
  });

  it("is there again after a reload, with its products, for its author alone", () => {
    const draft = { text: "I would take", cards: [aCard()] };
    new Drafts("ana").write("c1", draft);
    expect(new Drafts("ana").read("c1")).toEqual(draft);
    expect(new Drafts("ben").read("c1")).toEqual({ text: "", cards: [] });
  });

  it("leaves nothing behind once it is sent", () => {
    const drafts = new Drafts("ana");
    drafts.write("c1", { text: "x", cards: [] });
    drafts.write("c1", { text: "", cards: [] });
    expect(localStorage.length).toBe(0);
  });
});
