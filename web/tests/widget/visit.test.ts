// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryShelf } from "../../src/widget/storage";
import { aCard } from "./builders";
import { LiveShop, roles, until } from "./live-shop";

// Who is visiting, what they do, and what a page must not forget: over real connections.

let shop: LiveShop;

beforeEach(async () => {
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("location", new URL("https://shop.example/"));
  shop = new LiveShop();
  await shop.open();
});

afterEach(async () => {
  await shop.end();
  vi.unstubAllGlobals();
});

describe("who is talking", () => {
  it("changes when a person takes over, and the typing sign does not stay", async () => {
    const chat = await shop.talk();
    chat.say("a person please");
    await until(() => chat.view.entries.at(-1)?.message.author === "Priya Nair");
    expect(chat.view.state).toBe("human");
    expect(chat.view.typing).toBeNull();
  });

  it("keeps each customer's conversation apart from the guest's", async () => {
    const chat = await shop.talk();
    chat.setUser({ id: "c-1", signature: "signed:c-1" });
    await until(() => roles(chat).join() === "bot");
    chat.setUser(null);
    await until(() => roles(chat).length === 3);
    expect(shop.backend.sessions.size).toBe(2);
  });

  it("goes on as a guest when the signature is refused", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const chat = shop.visit({ settings: { customer: { id: "c-1", signature: "forged" } } });
    chat.open();
    await until(() => roles(chat).join() === "bot");
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });

  it("tells the server the page at the start, and again only when it changes", async () => {
    const read = vi.spyOn(shop.backend, "read");
    const page = { url: "https://shop.example/a" };
    const moved = { ...page, product_id: "p1" };
    const chat = shop.visit({ settings: { page } });
    chat.open();
    await until(() => shop.session.listeners.size === 1);
    expect(shop.session.page).toEqual(page);
    for (const next of [page, moved, { ...moved }]) {
      const before = roles(chat).length;
      chat.setContext(next);
      chat.say("hello");
      await until(() => roles(chat).length === before + 2);
    }
    expect(read.mock.calls.map(([, frame]) => frame.page)).toEqual([undefined, moved, undefined]);
  });
});

describe("while the chat is closed", () => {
  it("counts what was not read, also across a reload", async () => {
    const visit = { local: new MemoryShelf(), tab: new MemoryShelf() };
    const chat = await shop.talk(visit);
    chat.close();
    shop.backend.add(shop.session, { role: "bot", text: "One more thing" });
    await until(() => chat.view.unread === 1);
    chat.hangUp();
    const after = shop.visit(visit);
    await until(() => after.view.unread === 1);
    after.open();
    expect(after.view.unread).toBe(0);
  });

  it("stays open, with its half-written words, from page to page", async () => {
    const visit = { local: new MemoryShelf(), tab: new MemoryShelf() };
    const chat = await shop.talk(visit);
    chat.draft = "half a sen";
    chat.hangUp();
    const after = shop.visit(visit);
    expect(after.view.open).toBe(true);
    expect(after.draft).toBe("half a sen");
  });
});

describe("what the shopper does", () => {
  it("reports a chosen card with its ranking", async () => {
    shop.visit().behaviour.choosesCard(aCard({ ranking_id: "r-1" }));
    await until(() => shop.backend.events.length === 1);
    expect(shop.backend.events[0]).toMatchObject({
      name: "select_item",
      items: [{ item_id: "p1", price: 80 }],
      ranking_id: "r-1",
    });
  });

  it("lets the page itself go to the product", () => {
    const chat = shop.visit();
    expect(chat.behaviour.choosesCard(aCard())).toBe(false);
    chat.events.on("product", ({ preventDefault }) => {
      preventDefault();
    });
    expect(chat.behaviour.choosesCard(aCard())).toBe(true);
  });

  it("rates an answer, and takes the mark back when it could not be kept", async () => {
    const chat = await shop.talk();
    const id = chat.view.entries[2]!.message.id;
    chat.rate(id, "up");
    expect(chat.view.thumbs).toEqual({ [id]: "up" });
    await until(() => shop.backend.ratings.length === 1);
    expect(shop.backend.ratings).toEqual([{ message_id: id, value: "up" }]);
    await shop.close();
    chat.rate(id, "down");
    await until(() => chat.view.thumbs[id] === "up");
    expect(chat.view.problem?.kind).toBe("offline");
  });
});
