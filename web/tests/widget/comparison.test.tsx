import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Message } from "../../src/widget/wire";
import { aCard, aComparison, aMessage } from "./builders";
import { until } from "./fake-shop";
import { Screen } from "./screen";

const CHAIR = aCard();
const STOOL = aCard({
  product_id: "p2",
  title: "Ash Stool",
  price: { amount: "60.00", currency: "USD" },
  ranking_id: "r1",
});

let screen: Screen;

beforeEach(() => {
  screen = new Screen();
});

afterEach(() => {
  screen.leave();
});

async function show(about: Partial<Message>): Promise<void> {
  screen.shop.greeting = [aMessage({ text: "Look:", comparison: aComparison(), ...about })];
  await screen.open();
}

describe("a comparison", () => {
  it("is a table with a head for each product and a label for each row", async () => {
    await show({ cards: [CHAIR, STOOL] });
    expect(screen.find("caption")?.textContent).toBe("Side by side");
    const heads = [...screen.place.querySelectorAll('th[scope="col"]')];
    expect(heads.map((head) => head.querySelector("a")?.textContent)).toEqual([
      "Oak Chair",
      "Ash Stool",
    ]);
    expect(heads[1]?.textContent).toContain("$60.00");
    const labels = [...screen.place.querySelectorAll('th[scope="row"]')];
    expect(labels.map((label) => label.textContent)).toEqual(["Price", "Weight"]);
  });

  it("says in words what is best and what is not known", async () => {
    await show({ cards: [CHAIR, STOOL] });
    const cells = [...screen.place.querySelectorAll("tbody td")].map((cell) => cell.textContent);
    expect(cells).toEqual(["$80", "$60 (best)", "4 kg", "–not known"]);
    expect(screen.find(".comparison-best .icon")).not.toBeNull();
  });

  it("takes the place of the cards, and others are shown beside it", async () => {
    await show({ cards: [CHAIR, STOOL, aCard({ product_id: "p3", title: "Elm Bench" })] });
    const cards = [...screen.place.querySelectorAll(".card h3")].map((card) => card.textContent);
    expect(cards).toEqual(["Elm Bench"]);
  });

  it("is left out where a product has no card, and the cards stay", async () => {
    await show({ cards: [CHAIR] });
    expect(screen.find("table")).toBeNull();
    expect(screen.find(".card")).not.toBeNull();
  });

  it("can be scrolled from the keyboard", async () => {
    await show({ cards: [CHAIR, STOOL] });
    expect(screen.named("Side by side")?.tabIndex).toBe(0);
  });

  it("tells that a product was chosen from it", async () => {
    await show({ cards: [CHAIR, STOOL] });
    screen.chat.events.on("product", ({ preventDefault }) => {
      preventDefault();
    });
    screen.click('th[scope="col"]:last-child a');
    await until(() => {
      expect(screen.shop.posted("/api/events")).toMatchObject([
        { events: [{ name: "select_item", items: [{ item_id: "p2" }], ranking_id: "r1" }] },
      ]);
    });
  });
});
