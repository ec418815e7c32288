import { describe, expect, it } from "vitest";
import {
  asAct,
  choices,
  chosenMessages,
  proposal,
  stillOpen,
  UNTOUCHED,
} from "../../src/console/ui/corrections/draft";
import { intentName, isIntentName } from "../../src/console/ui/corrections/intent-name";
import { aGroup, aMark, anOpenMessage } from "./corrections";

const names = (group: ReturnType<typeof aGroup>) => choices(group).map(({ intent }) => intent);

describe("what may be chosen by number", () => {
  it("is what the model held likeliest, best first", () => {
    expect(names(aGroup())).toEqual(["search_product", "track_order"]);
    expect(proposal(aGroup())).toBe("search_product");
  });

  it("leaves out what is hardly possible, but never all but one", () => {
    const likely = ["a", "b", "c", "d"].map((intent, at) => ({ intent, confidence: at ? 0 : 1 }));
    expect(names(aGroup(anOpenMessage({ likely })))).toEqual(["a", "b", "c"]);
  });

  it("puts a strong hint of an agent's first, and a weak one second", () => {
    const hinted = (strength: number) =>
      aGroup(anOpenMessage({ hint: { intent: "ask_faq", source: "faq", strength } }));
    expect(names(hinted(0.8))).toEqual(["ask_faq", "search_product", "track_order"]);
    expect(names(hinted(0.5))).toEqual(["search_product", "ask_faq", "track_order"]);
  });

  it("proposes nothing where nothing was read", () => {
    const likely = [{ intent: "nlu_fallback", confidence: 0.2 }];
    expect(proposal(aGroup(anOpenMessage({ likely })))).toBeNull();
  });
});

describe("what is sent", () => {
  const group = aGroup(
    anOpenMessage(),
    anOpenMessage({ id: "2" }),
    anOpenMessage({ id: "3", text: "where is it" }),
  );

  it("is the intent alone, for every message, where nothing else was touched", () => {
    expect(asAct(group, UNTOUCHED, { intent: "track_order" }, "act-1")).toEqual({
      act: "act-1",
      intent: "track_order",
      messages: [{ id: "1" }, { id: "2" }, { id: "3" }],
    });
  });

  it("has the marks for the very same words alone, and the mood for all", () => {
    const marks = [aMark(12, 15)];
    const act = asAct(group, { ...UNTOUCHED, marks, mood: "negative" }, { intent: "x" }, "act-1");
    expect(act?.sentiment).toBe("negative");
    expect(act?.messages).toEqual([
      { id: "1", entities: marks },
      { id: "2", entities: marks },
      { id: "3" },
    ]);
  });

  it("has no marks where they are as they were read", () => {
    const read = aGroup(anOpenMessage({ entities: [aMark(12, 15)] }));
    const draft = { ...UNTOUCHED, marks: [aMark(12, 15, { value: "Red" })] };
    expect(asAct(read, draft, { intent: "x" }, "act-1")?.messages).toEqual([{ id: "1" }]);
  });

  it("leaves out messages that are not alike, and is nothing without any", () => {
    const draft = { ...UNTOUCHED, left: new Set(["1", "3"]) };
    expect(chosenMessages(group, draft).map(({ id }) => id)).toEqual(["2"]);
    expect(asAct(group, draft, { discard: true }, "act-1")).toEqual({
      act: "act-1",
      discard: true,
      messages: [{ id: "2" }],
    });
    const nobody = { ...UNTOUCHED, left: new Set(["1", "2", "3"]) };
    expect(asAct(group, nobody, { discard: true }, "act-1")).toBeNull();
  });
});

describe("what is still open", () => {
  it("loses messages one by one, and a group with its last", () => {
    const one = aGroup(anOpenMessage(), anOpenMessage({ id: "2" }));
    const other = aGroup(anOpenMessage({ id: "3" }));
    const left = stillOpen([one, other], new Set(["1", "3"]));
    expect(left.map(({ messages }) => messages.map(({ id }) => id))).toEqual([["2"]]);
  });
});

describe("the name of a new intent", () => {
  it.each([
    ["Gift wrap?", "gift_wrap"],
    ["  2nd Opinion ", "nd_opinion"],
    ["Größe", "gro_e"],
    ["包装", ""],
    ["a".repeat(60), "a".repeat(40)],
  ])("is made of %j", (words, name) => {
    expect(intentName(words)).toBe(name);
  });

  it.each(["gift_wrap", "a", "a1_b2"])("may be %j", (name) => {
    expect(isIntentName(name)).toBe(true);
  });

  it.each(["", "Gift", "a__b", "_a", "9a", "a ".repeat(3), "a".repeat(41)])(
    "may not be %j",
    (name) => {
      expect(isIntentName(name)).toBe(false);
    },
  );
});
