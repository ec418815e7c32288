import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readOutreach } from "../../src/widget/outreach";
import { until } from "./fake-shop";
import { Screen } from "./screen";

describe("reading what may be written about", () => {
  it.each([null, [], "all"])("refuses %j", (value) => {
    expect(readOutreach(value)).toBeNull();
  });

  it("takes what it does not know for off, and half of the quiet hours for none", () => {
    expect(readOutreach({ alerts: true, orders: "yes", quiet_from: 22 })).toEqual({
      alerts: true,
      orders: false,
      carts: false,
      quiet: null,
    });
  });
});

describe("the page of what may be written about", () => {
  let screen: Screen;

  beforeEach(async () => {
    screen = new Screen();
    const alert = { topic: "alert", key: "p1", name: "Grey Sneaker", steps: ["forget"] };
    screen.shop.portrait = { lines: [alert, { ...alert, topic: "brand" }], orders: 0 };
    await screen.open();
    screen.click('[aria-label="More"]');
    screen.click('[role="menuitem"]:nth-of-type(2)');
    await until(() => {
      expect(screen.find(".known")).not.toBeNull();
    });
  });

  afterEach(() => {
    screen.leave();
  });

  const isOn = (name: string) => screen.named(name)?.getAttribute("aria-checked");
  const lastChange = () => screen.shop.posted("/api/chat/outreach").at(-1);

  it("shows each kind, and of what is known the goods asked about alone", () => {
    expect(isOn("Goods I asked about")).toBe("true");
    expect(isOn("Quiet hours")).toBe("true");
    expect(screen.place.querySelectorAll(".known")).toHaveLength(1);
    // A guest has no orders to hear of.
    expect(screen.named("News of my orders")).toBeNull();
  });

  it("switches one kind off and leaves the others as they are", async () => {
    screen.shop.outreach = { alerts: true, carts: false };
    screen.click('[aria-label="My cart"]');
    await until(() => {
      expect(isOn("My cart")).toBe("false");
    });
    expect(lastChange()).toEqual({ carts: false });
    expect(isOn("Goods I asked about")).toBe("true");
  });

  it("ends the quiet hours", async () => {
    screen.shop.outreach = { alerts: true };
    screen.click('[aria-label="Quiet hours"]');
    await until(() => {
      expect(isOn("Quiet hours")).toBe("false");
    });
    expect(lastChange()).toMatchObject({ quiet_hours: null });
  });

  it("stops all at once, and then offers nothing more to stop", async () => {
    screen.shop.outreach = {};
    screen.click(".stop-all");
    await until(() => {
      expect(screen.find(".stop-all")).toBeNull();
    });
    expect(lastChange()).toEqual({ alerts: false, orders: false, carts: false });
    expect(screen.find(".known")).toBeNull();
  });

  it("says so where the shop did not take it, and shows what still holds", async () => {
    screen.shop.status = 503;
    screen.click('[aria-label="My cart"]');
    await until(() => {
      expect(screen.find(".leaf-note")?.textContent).toContain("did not work");
    });
    expect(isOn("My cart")).toBe("true");
  });
});
