// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryShelf } from "../../src/widget/storage";
import { LiveShop, roles, texts, until } from "./live-shop";

// Whole conversations over real requests and a real socket.

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

describe("a conversation", () => {
  it("asks nothing of the server before the shopper opens it", async () => {
    shop.visit();
    await new Promise((done) => setTimeout(done, 50));
    expect(shop.backend.sessions.size).toBe(0);
  });

  it("begins with the bot's own introduction", async () => {
    const chat = shop.visit();
    chat.open();
    await until(() => roles(chat).join() === "bot");
    expect(chat.view.state).toBe("bot");
  });

  it("shows what was said and what was answered, each once", async () => {
    const chat = await shop.talk();
    await until(() => chat.view.typing === null);
    expect(chat.view.entries[1]).toMatchObject({ delivery: "sent", message: { role: "shopper" } });
    expect(chat.view.entries[1]?.message.id).not.toBe("");
    expect(chat.view.problem).toBeNull();
    expect(shop.said).toHaveLength(3);
  });

  it("sends a quick reply's token and shows its title", async () => {
    const chat = await shop.talk();
    chat.choose(chat.view.entries[2]!.message.quick_replies[0]!);
    await until(() => roles(chat).length === 5);
    expect(texts(chat)[3]).toBe("Show more");
  });

  it("is there again after a reload", async () => {
    const local = new MemoryShelf();
    const before = await shop.talk({ local });
    const after = shop.visit({ local });
    await until(() => texts(after).join() === texts(before).join());
    expect(shop.backend.sessions.size).toBe(1);
  });

  it("begins anew on restart and forgets what was said", async () => {
    const chat = await shop.talk();
    chat.reset();
    await until(() => roles(chat).join() === "bot");
    expect(shop.backend.sessions.size).toBe(2);
  });

  it("shows what a person adds in the console, without being asked", async () => {
    const chat = await shop.talk();
    shop.backend.add(shop.session, { role: "agent", author: "Priya Nair", text: "One more thing" });
    await until(() => texts(chat).at(-1) === "One more thing");
  });
});

describe("a bad line", () => {
  it("does not matter where sockets are barred", async () => {
    await shop.close();
    await shop.open({ sockets: false });
    const chat = shop.visit();
    chat.open();
    chat.say("show me chairs");
    await until(() => roles(chat).includes("shopper"));
    await until(() => (chat.view.entries.at(-1)?.message.cards.length ?? 0) > 0);
    expect(chat.view.problem).toBeNull();
  });

  it("that drops on a message lets it through once, by the other way", async () => {
    const chat = await shop.talk();
    chat.say("drop this one");
    await until(() => roles(chat).length === 5);
    expect(shop.said).toHaveLength(5);
    expect(shop.said).toContain("drop this one");
  });

  it("catches up with what was said while it was down", async () => {
    const chat = await shop.talk();
    await shop.close();
    for (const text of ["first", "second"]) shop.backend.add(shop.session, { role: "bot", text });
    await shop.open();
    await until(() => texts(chat).slice(3).join() === "first,second");
  });

  it("alarms nobody: the message waits, and goes out once by itself", async () => {
    const chat = await shop.talk();
    await shop.close();
    chat.say("hello?");
    await until(() => chat.view.entries.at(-1)?.delivery === "waiting");
    expect(chat.view.linked).toBe(false);
    expect(chat.view.problem).toBeNull();
    await shop.open();
    await until(() => roles(chat).join() === "bot,shopper,bot,shopper,bot");
    expect(chat.view.problem).toBeNull();
    expect(shop.said.filter((text) => text === "hello?")).toHaveLength(1);
  });

  it("does not lose a message, even over a reload", async () => {
    const visit = { local: new MemoryShelf(), tab: new MemoryShelf() };
    const before = await shop.talk(visit);
    await shop.close();
    before.say("are you there?");
    await until(() => before.view.entries.at(-1)?.delivery === "waiting");
    before.hangUp();
    await shop.open();
    const after = shop.visit(visit);
    await until(() => roles(after).join() === "bot,shopper,bot,shopper,bot");
    expect(shop.said.filter((text) => text === "are you there?")).toHaveLength(1);
  });

  it("shows what waits after a reload, while the shop is still away", async () => {
    const visit = { local: new MemoryShelf(), tab: new MemoryShelf() };
    const before = await shop.talk(visit);
    await shop.close();
    before.say("are you there?");
    await until(() => before.view.entries.at(-1)?.delivery === "waiting");
    before.hangUp();
    const after = shop.visit(visit);
    await until(() => texts(after).join() === "are you there?");
    expect(after.view.entries[0]?.delivery).toBe("waiting");
    expect(after.view.problem).toBeNull();
    await shop.open();
    await until(() => roles(after).join() === "bot,shopper,bot,shopper,bot");
    expect(shop.said.filter((text) => text === "are you there?")).toHaveLength(1);
  });

  it("with a token that is no longer known goes on in a new session", async () => {
    const local = new MemoryShelf();
    (await shop.talk({ local })).hangUp();
    shop.backend.sessions.clear();
    const chat = shop.visit({ local });
    chat.say("still here");
    await until(() => texts(chat).includes("still here") && roles(chat).length === 3);
    expect(roles(chat)).toEqual(["bot", "shopper", "bot"]);
    expect(shop.backend.sessions.size).toBe(1);
    expect(chat.view.problem).toBeNull();
  });

  it("whose token dies in the middle keeps the words and goes on", async () => {
    const chat = await shop.talk();
    shop.backend.sessions.clear();
    await shop.close();
    await shop.open();
    chat.say("still here");
    await until(() => texts(chat)[1] === "still here" && roles(chat).length === 3);
    expect(shop.backend.sessions.size).toBe(1);
  });
});
