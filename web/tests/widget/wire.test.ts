import { describe, expect, it } from "vitest";
import { readFrame, readMessage, readSession, readTurn } from "../../src/widget/wire";
import { aCard, aComparison, aMessage } from "./builders";

describe("reading what the server says", () => {
  it("takes a whole message as it is", () => {
    const message = aMessage({ cards: [aCard({ brand: "Haldane", rating: 4.5 })] });
    expect(readMessage(message)).toEqual(message);
  });

  it("takes a numeric id as text", () => {
    expect(readMessage({ ...aMessage(), id: 42 })?.id).toBe("42");
  });

  it("fills what is missing", () => {
    expect(readMessage({ id: "1", role: "bot" })).toMatchObject({
      text: "",
      cards: [],
      quick_replies: [],
    });
  });

  it.each([null, "text", {}, { id: "1" }, { id: "", role: "bot" }, { id: "1", role: "owner" }])(
    "takes %j for no message",
    (value) => {
      expect(readMessage(value)).toBeNull();
    },
  );

  it("drops a card without a price and keeps the others", () => {
    const bare = { product_id: "p2", title: "No price" };
    expect(readMessage({ ...aMessage(), cards: [bare, aCard()] })?.cards).toEqual([aCard()]);
  });

  it("drops absent optional fields rather than carrying nulls", () => {
    const card = { ...aCard(), brand: null, rating: null, list_price: null };
    expect(readMessage({ ...aMessage(), cards: [card] })?.cards).toEqual([aCard()]);
  });

  it("drops a quick reply that has nothing to show or nothing to send", () => {
    const quick_replies = [
      { title: "", payload: "t" },
      { title: "Yes" },
      { title: "No", payload: "u" },
    ];
    expect(readMessage({ ...aMessage(), quick_replies })?.quick_replies).toEqual([
      { title: "No", payload: "u" },
    ]);
  });

  it("takes a comparison as it is", () => {
    const comparison = aComparison();
    expect(readMessage({ ...aMessage(), comparison })?.comparison).toEqual(comparison);
  });

  it.each([
    null,
    "table",
    {},
    { ...aComparison(), columns: [{ product_id: "p1", title: "Alone" }] },
    { ...aComparison(), columns: [...aComparison().columns, { title: "No id" }] },
    { ...aComparison(), rows: [] },
    { ...aComparison(), rows: [{ label: "Price", values: ["$80"] }] },
  ])("takes %j for no comparison and keeps the message", (comparison) => {
    const message = readMessage({ ...aMessage({ text: "Look" }), comparison });
    expect(message?.text).toBe("Look");
    expect(message?.comparison).toBeUndefined();
  });

  it("marks nothing as best that is not in the table", () => {
    const rows = [{ label: "Price", values: ["$80", "$60"], best: 2 }];
    const read = readMessage({ ...aMessage(), comparison: { ...aComparison(), rows } });
    expect(read?.comparison?.rows[0]?.best).toBeNull();
  });

  it("needs a state in a turn and a token in a session", () => {
    expect(readTurn({ messages: [] })).toBeNull();
    expect(readTurn({ state: "asleep", messages: [] })).toBeNull();
    expect(readSession({ state: "bot", session_id: "s", messages: [] })).toBeNull();
    expect(readSession({ state: "bot", session_id: "s", token: "t" })).toMatchObject({
      token: "t",
    });
  });
});

describe("reading frames", () => {
  const frame = (value: unknown) => readFrame(JSON.stringify(value));

  it("reads each kind", () => {
    const message = aMessage();
    expect(frame({ type: "ack", client_message_id: "a" })).toEqual({
      type: "ack",
      client_message_id: "a",
    });
    expect(frame({ type: "message", message })).toEqual({ type: "message", message });
    expect(frame({ type: "typing", who: "agent", on: true })).toEqual({
      type: "typing",
      who: "agent",
      on: true,
    });
    expect(frame({ type: "state", state: "queued" })).toEqual({
      type: "state",
      standing: { state: "queued" },
    });
    expect(frame({ type: "error", code: "busy", detail: "x" })).toEqual({
      type: "error",
      code: "busy",
    });
  });

  it("passes over what it does not know", () => {
    expect(readFrame("not json")).toBeNull();
    expect(readFrame(new ArrayBuffer(2))).toBeNull();
    expect(frame([1])).toBeNull();
    expect(frame({ type: "weather" })).toBeNull();
    expect(frame({ type: "ack" })).toBeNull();
    expect(frame({ type: "message", message: {} })).toBeNull();
  });
});
