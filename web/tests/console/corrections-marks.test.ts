import { describe, expect, it } from "vitest";
import {
  sameMarks,
  stretches,
  trimmed,
  withMark,
  withoutMark,
  words,
} from "../../src/console/ui/corrections/marks";
import { aMark } from "./corrections";

const TEXT = "not red, but blue shoes";

describe("a text with marks", () => {
  it("comes in stretches that make the whole text", () => {
    const parts = stretches(TEXT, [aMark(13, 17), aMark(4, 7)]);
    expect(parts.map(({ text }) => text)).toEqual(["not ", "red", ", but ", "blue", " shoes"]);
    expect(parts.map(({ text }) => text).join("")).toBe(TEXT);
    expect(parts.map(({ start }) => TEXT.slice(start, start + 1))).toEqual([
      "n",
      "r",
      ",",
      "b",
      " ",
    ]);
  });

  it("shows the first of marks that overlap, and none beyond the end", () => {
    const parts = stretches(TEXT, [aMark(4, 7), aMark(5, 12), aMark(20, 99)]);
    expect(parts.filter(({ mark }) => mark).map(({ text }) => text)).toEqual(["red"]);
  });
});

describe("marking", () => {
  it("replaces what it lies upon and keeps the order of the text", () => {
    const marks = withMark(
      [aMark(13, 17), aMark(4, 7)],
      TEXT,
      { start: 0, end: 7 },
      "brand",
      "exclude",
    );
    expect(
      marks.map(({ start, end, entity, role, value }) => [start, end, entity, role, value]),
    ).toEqual([
      [0, 7, "brand", "exclude", "not red"],
      [13, 17, "color", "include", "red"],
    ]);
  });

  it("takes a mark away, and leaves its neighbours", () => {
    expect(withoutMark([aMark(4, 7), aMark(7, 8)], { start: 4, end: 7 })).toEqual([aMark(7, 8)]);
  });

  it("drops blanks at the ends of what was selected", () => {
    expect(trimmed(TEXT, { start: 3, end: 8 })).toEqual({ start: 4, end: 8 });
    expect(trimmed("  ", { start: 0, end: 2 })).toBeNull();
  });
});

describe("words to move over", () => {
  it("are the words without signs", () => {
    const said = words("red, blue", "en").map(({ start, end }) => "red, blue".slice(start, end));
    expect(said).toEqual(["red", "blue"]);
  });

  it("are found in Chinese too", () => {
    const found = words("红色的鞋子", "zh");
    expect(found.length).toBeGreaterThan(1);
    expect(found.at(-1)?.end).toBe(5);
  });
});

describe("marks", () => {
  it("are the same where they say the same of the same places", () => {
    expect(sameMarks([aMark(0, 1), aMark(2, 3)], [aMark(2, 3), aMark(0, 1, { value: "x" })])).toBe(
      true,
    );
    expect(sameMarks([aMark(0, 1)], [aMark(0, 1, { role: "exclude" })])).toBe(false);
  });
});
