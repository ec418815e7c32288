import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProductCard } from "../../src/widget/wire";
import { doing } from "../act";
import { aCard, aMessage } from "./builders";
import { until } from "./fake-shop";
import { Screen } from "./screen";

let screen: Screen;

beforeEach(() => {
  screen = new Screen();
});

afterEach(() => {
  screen.leave();
});

async function showCard(about: Partial<ProductCard> = {}): Promise<HTMLElement> {
  screen.shop.greeting = [aMessage({ text: "Look:", cards: [aCard(about)] })];
  await screen.open();
  return screen.find(".card")!;
}

describe("a card", () => {
  it("says what a product is, costs, and why it is shown", async () => {
    const list_price = { amount: "100.00", currency: "USD" };
    const card = await showCard({ brand: "Haldane", rating: 4.5, list_price });
    for (const part of ["Oak Chair", "Haldane", "$80.00", "−20%", "In stock", "like oak"]) {
      expect(card.textContent).toContain(part);
    }
    expect(card.querySelector("s")?.textContent).toBe("was $100.00");
    expect(card.querySelector(".stars")?.getAttribute("aria-label")).toBe("4.5 out of 5 stars");
  });

  it("strikes no price that is not higher", async () => {
    const card = await showCard({ list_price: { amount: "80.00", currency: "USD" } });
    expect(card.querySelector("s")).toBeNull();
  });

  it("takes its picture from the chat's server and its link from the page's own", async () => {
    const card = await showCard();
    expect(card.querySelector("img")?.src).toBe("https://chat.shop.example/media/p1.png");
    expect(card.querySelector("a")?.href).toBe(new URL("/products/p1", location.href).href);
  });

  it("links nowhere a browser should not go", async () => {
    const card = await showCard({ url: "javascript:alert(1)", image_url: "javascript:alert(2)" });
    expect(card.querySelector("a, img")).toBeNull();
    expect(card.querySelector(".picture-tile")?.textContent).toBe("O");
  });

  it("draws a tile in place of a picture that does not load", async () => {
    const card = await showCard();
    doing(() => {
      card.querySelector("img")!.dispatchEvent(new Event("error"));
    });
    expect(card.querySelector(".picture-tile")).not.toBeNull();
  });

  it("tells that it was chosen, and from which ranking it came", async () => {
    await showCard({ ranking_id: "r1" });
    screen.chat.events.on("product", ({ preventDefault }) => {
      preventDefault();
    });
    screen.click(".card a");
    await until(() => {
      expect(screen.shop.posted("/api/events")).toMatchObject([
        { events: [{ name: "select_item", items: [{ item_id: "p1" }], ranking_id: "r1" }] },
      ]);
    });
  });
});
