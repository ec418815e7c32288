import { describe, expect, it } from "vitest";
import { ConversationLog } from "../../src/widget/log";
import { aMessage, aParcel, saidBy } from "./builders";

const texts = (log: ConversationLog) => log.entries.map((entry) => entry.message.text);

describe("the conversation log", () => {
  it("shows a message once, however often it comes", () => {
    const log = new ConversationLog();
    const message = aMessage();
    expect(log.merge([message])).toEqual([message]);
    expect(log.merge([message])).toEqual([]);
    expect(log.entries).toHaveLength(1);
  });

  it("puts missed messages in front of newer ones that came live", () => {
    const log = new ConversationLog();
    const [one, two, three, four] = ["1", "2", "3", "4"].map((text) => aMessage({ text }));
    log.merge([one!]);
    log.merge([four!]);
    expect(log.merge([two!, three!, four!])).toEqual([two, three]);
    expect(texts(log)).toEqual(["1", "2", "3", "4"]);
  });

  it("gives the shopper's line its id without moving it or changing its key", () => {
    const log = new ConversationLog();
    const parcel = aParcel();
    log.say(parcel);
    const own = aMessage({ role: "shopper", client_message_id: parcel.client_message_id });
    expect(log.merge([own, saidBy("bot", "hi")])).toHaveLength(1);
    expect(log.entries[0]).toEqual({
      key: parcel.client_message_id,
      message: own,
      delivery: "sent",
    });
    expect(log.entries).toHaveLength(2);
  });

  it("knows its own words from a server that does not give the sender's id back", () => {
    const log = new ConversationLog();
    log.say(aParcel({ said: { payload: "t1" }, title: "Show more" }));
    expect(log.merge([saidBy("shopper", "Show more")])).toEqual([]);
    expect(log.entries).toHaveLength(1);
  });

  it("keeps two equal messages of the shopper apart", () => {
    const log = new ConversationLog();
    log.say(aParcel());
    log.say(aParcel());
    log.merge([saidBy("shopper", "hello"), saidBy("shopper", "hello")]);
    expect(log.entries).toHaveLength(2);
    expect(log.entries.every((entry) => entry.message.id !== "")).toBe(true);
  });

  it("shows what the shopper said in another tab", () => {
    const log = new ConversationLog();
    log.say(aParcel());
    expect(log.merge([saidBy("shopper", "from elsewhere")])).toHaveLength(1);
  });

  it("keeps what is unsent when another session begins, under its first words", () => {
    const log = new ConversationLog();
    const [sent, failed] = [aParcel(), aParcel({ said: { text: "still here" } })];
    log.merge([saidBy("bot", "old")]);
    log.say(sent);
    log.mark(sent.client_message_id, "sent");
    log.say(failed);
    log.mark(failed.client_message_id, "failed");
    log.restart([saidBy("bot", "new")]);
    expect(texts(log)).toEqual(["new", "still here"]);
  });

  it("knows the newest id, passing over lines that have none yet", () => {
    const log = new ConversationLog();
    expect(log.lastId).toBeUndefined();
    const message = aMessage();
    log.merge([message]);
    log.say(aParcel());
    expect(log.lastId).toBe(message.id);
  });
});
