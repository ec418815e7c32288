// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryShelf } from "../../src/widget/storage";
import { LiveShop, roles, texts, until } from "./live-shop";

// Two tabs of one shopper, over real connections: what one does, the other shows.

let shop: LiveShop;
let local: MemoryShelf;

beforeEach(async () => {
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("location", new URL("https://shop.example/"));
  shop = new LiveShop();
  local = new MemoryShelf();
  await shop.open();
});

afterEach(async () => {
  await shop.end();
  vi.unstubAllGlobals();
});

/** Another tab beside the first. */
function visitBeside() {
  return shop.visit({ local: local.beside() });
}

describe("two tabs", () => {
  it("show the same conversation, each message once", async () => {
    const one = await shop.talk({ local });
    const other = visitBeside();
    await until(() => texts(other).join() === texts(one).join());
    await until(() => shop.session.listeners.size === 2);
    other.say("and lamps");
    await until(() => roles(one).length === 5 && roles(other).length === 5);
    expect(texts(one)).toEqual(texts(other));
    expect(shop.said.filter((text) => text === "and lamps")).toHaveLength(1);
    expect(shop.backend.sessions.size).toBe(1);
  });

  it("begin one conversation between them", async () => {
    const one = shop.visit({ local });
    const other = visitBeside();
    one.open();
    other.open();
    await until(() => roles(one).join() === "bot" && roles(other).join() === "bot");
    await until(() => {
      const { messages } = shop.session;
      return messages[0]?.text === texts(one)[0] && shop.session.listeners.size === 2;
    });
    one.say("hello");
    await until(() => texts(other).includes("hello"));
  });

  it("take up what the other has begun", async () => {
    const other = visitBeside();
    const one = shop.visit({ local });
    one.open();
    await until(() => roles(other).join() === "bot");
    // It has been read there.
    await until(() => other.view.unread === 0);
    expect(shop.backend.sessions.size).toBe(1);
  });

  it("begin anew together", async () => {
    const one = await shop.talk({ local });
    const other = visitBeside();
    await until(() => roles(other).length === 3);
    one.reset();
    await until(() => roles(one).join() === "bot" && roles(other).join() === "bot");
    expect(shop.backend.sessions.size).toBe(2);
    other.say("hello again");
    await until(() => texts(one).includes("hello again"));
  });

  it("count as read what was read in one of them", async () => {
    const one = await shop.talk({ local });
    one.close();
    const other = visitBeside();
    await until(() => roles(other).length === 3 && shop.session.listeners.size === 2);
    shop.backend.add(shop.session, { role: "bot", text: "One more thing" });
    await until(() => one.view.unread === 1 && other.view.unread === 1);
    other.open();
    await until(() => one.view.unread === 0);
  });

  it("share thumbs and consent", async () => {
    const one = await shop.talk({ local });
    const other = visitBeside();
    await until(() => roles(other).length === 3);
    const id = one.view.entries[2]!.message.id;
    one.rate(id, "up");
    one.consent(true);
    await until(() => other.view.thumbs[id] === "up" && other.view.consent === true);
    await until(() => shop.backend.consents.join() === "true");
  });
});

describe("consent", () => {
  it("is asked once, and told of each conversation to come", async () => {
    const chat = await shop.talk({ local });
    expect(chat.view.consent).toBeNull();
    chat.consent(false);
    await until(() => shop.backend.consents.join() === "false");
    chat.reset();
    await until(() => roles(chat).join() === "bot");
    expect(chat.view.consent).toBe(false);
    await until(() => shop.backend.consents.join() === "false,false");
  });

  it("is told with the next visit when the shop could not be reached", async () => {
    const chat = await shop.talk({ local });
    await shop.close();
    chat.consent(true);
    chat.hangUp();
    await shop.open();
    const again = shop.visit({ local });
    await until(() => shop.backend.consents.join() === "true");
    expect(again.view.consent).toBe(true);
  });
});

describe("after the conversation", () => {
  it("it can be graded, once", async () => {
    const chat = await shop.talk({ local });
    chat.say("goodbye");
    await until(() => chat.view.state === "closed");
    expect(chat.view.graded).toBe(false);
    await chat.grade(4, "kind");
    expect(shop.backend.grades).toEqual([{ score: 4, comment: "kind" }]);
    expect(chat.view.graded).toBe(true);
    const again = shop.visit({ local });
    await until(() => again.view.graded);
  });

  it("nothing is taken for graded that did not arrive", async () => {
    const chat = await shop.talk({ local });
    await shop.close();
    await expect(chat.grade(1, "")).rejects.toThrow();
    expect(chat.view.graded).toBe(false);
  });
});

describe("people who are away", () => {
  it("are left a message, and the bot goes on", async () => {
    const chat = await shop.talk({ local });
    chat.say("is anyone there at night");
    await until(() => chat.view.state === "queued");
    expect(chat.view.queue).toMatchObject({ open: false, may_leave: true });
    await chat.leaveMessage({ text: "Do you repair chairs?", email: "" });
    await until(() => chat.view.state === "bot" && texts(chat).at(-2) === "Do you repair chairs?");
    expect(chat.view.queue).toBeNull();
  });

  it("are named while they are there", async () => {
    const chat = await shop.talk({ local });
    chat.say("a person please");
    await until(() => chat.view.queue?.position === 2);
    await until(() => chat.view.agent === "Priya Nair");
    shop.backend.stand(shop.session, { state: "bot" });
    await until(() => chat.view.agent === null && chat.view.state === "bot");
  });
});
