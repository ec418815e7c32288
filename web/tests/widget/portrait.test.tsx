import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readPortrait } from "../../src/widget/portrait";
import { until } from "./fake-shop";
import { Screen } from "./screen";

const LINE = { topic: "brand", key: "Northbay", name: "Northbay", steps: ["avoid", "forget"] };

describe("reading a portrait", () => {
  it.each([null, [], "all", { lines: "none" }])("takes %j for an empty one", (value) => {
    expect(readPortrait(value)).toEqual({ lines: [], orders: 0 });
  });

  it("drops lines and steps that it does not know", () => {
    const lines = [LINE, { ...LINE, topic: "secrets" }, { ...LINE, key: "" }, null];
    const odd = { ...LINE, key: "Field", steps: ["forget", "sell"] };
    const read = readPortrait({ lines: [...lines, odd], orders: 2 });
    expect(read.lines.map(({ key, steps }) => [key, steps])).toEqual([
      ["Northbay", ["avoid", "forget"]],
      ["Field", ["forget"]],
    ]);
  });
});

describe("the page of what is known", () => {
  let screen: Screen;

  beforeEach(async () => {
    screen = new Screen();
    screen.shop.portrait = { lines: [{ ...LINE, name: "<b>Northbay</b>" }], orders: 1 };
    await screen.open();
    screen.click('[aria-label="More"]');
    screen.click('[role="menuitem"]');
    await until(() => {
      expect(screen.find(".known")).not.toBeNull();
    });
  });

  afterEach(() => {
    screen.leave();
  });

  it("shows each line as text", () => {
    expect(screen.find(".known-name")?.textContent).toBe("<b>Northbay</b>");
    expect(screen.place.textContent).toContain("1 order in this shop");
  });

  it("asks the shop for what is to be done, and shows what is left", async () => {
    screen.shop.portrait = { lines: [], orders: 1 };
    screen.click(".known-steps button:last-child");
    await until(() => {
      expect(screen.find(".leaf-note")?.textContent).toBe("Done.");
    });
    expect(screen.find(".known")).toBeNull();
    expect(screen.shop.posted("/api/chat/portrait").at(-1)).toEqual({
      topic: "brand",
      key: "Northbay",
      step: "forget",
    });
  });

  it("keeps the line when the shop did not take it", async () => {
    screen.shop.status = 503;
    screen.click(".known-steps button:last-child");
    await until(() => {
      expect(screen.find(".leaf-note")?.textContent).toContain("did not work");
    });
    expect(screen.find(".known")).not.toBeNull();
  });
});
