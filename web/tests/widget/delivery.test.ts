import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { problemKind } from "../../src/widget/delivery";
import { CallFailed } from "../../src/widget/rest";
import type { Turn } from "../../src/widget/wire";
import { aParcel, saidBy } from "./builders";
import { aDesk } from "./fake-carrier";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("delivering a message", () => {
  it("keeps it until the server acknowledges it", () => {
    const { carrier, outbox, desk } = aDesk();
    const parcel = aParcel();
    desk.send(parcel);
    expect(outbox.all()).toEqual([parcel]);
    desk.acknowledge(parcel.client_message_id);
    expect(outbox.all()).toEqual([]);
    expect(carrier.marks.get(parcel.client_message_id)).toBe("sent");
  });

  it("waits for the bot until it answers", () => {
    const { carrier, desk } = aDesk();
    const parcel = aParcel();
    desk.send(parcel);
    desk.acknowledge(parcel.client_message_id);
    expect(carrier.isWaiting).toBe(true);
    desk.answered();
    expect(carrier.isWaiting).toBe(false);
  });

  it("goes by request when the socket is down", async () => {
    const { carrier, outbox, desk } = aDesk();
    carrier.socketUp = false;
    const turn: Turn = { state: "bot", messages: [saidBy("bot", "hi")] };
    carrier.answer = () => Promise.resolve(turn);
    desk.send(aParcel());
    await vi.runAllTimersAsync();
    expect(carrier.turns).toEqual([turn]);
    expect(outbox.all()).toEqual([]);
    expect(carrier.problems).toEqual([]);
  });

  it("goes once by request, under the same id, when the socket swallows it", async () => {
    const { carrier, desk } = aDesk();
    const parcel = aParcel();
    desk.send(parcel);
    await vi.advanceTimersByTimeAsync(4_900);
    expect(carrier.byRequestIds).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(carrier.byRequestIds).toEqual([parcel.client_message_id]);
    expect(carrier.problems).toEqual([]);
  });

  it("asks by request for the answer when the socket drops after the acknowledgement", async () => {
    const { carrier, desk } = aDesk();
    const parcel = aParcel();
    desk.send(parcel);
    desk.acknowledge(parcel.client_message_id);
    desk.socketLost();
    await vi.runAllTimersAsync();
    expect(carrier.byRequestIds).toEqual([parcel.client_message_id]);
  });

  it("says so when no answer comes in 20 seconds", async () => {
    const { carrier, desk } = aDesk();
    const parcel = aParcel();
    desk.send(parcel);
    desk.acknowledge(parcel.client_message_id);
    await vi.advanceTimersByTimeAsync(19_900);
    expect(carrier.problems).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(carrier.problems).toEqual([
      { kind: "slow", client_message_id: parcel.client_message_id },
    ]);
    expect(carrier.marks.get(parcel.client_message_id)).toBe("sent");
    expect(carrier.isWaiting).toBe(false);
  });

  it("waits for nobody when a person answers", async () => {
    const { carrier, desk } = aDesk();
    carrier.bot = false;
    const parcel = aParcel();
    desk.send(parcel);
    desk.acknowledge(parcel.client_message_id);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(carrier.problems).toEqual([]);
    expect(carrier.isWaiting).toBe(false);
  });

  it("stops waiting when a person takes over in the middle", async () => {
    const { carrier, desk } = aDesk();
    const parcel = aParcel();
    desk.send(parcel);
    desk.acknowledge(parcel.client_message_id);
    carrier.bot = false;
    desk.release();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(carrier.problems).toEqual([]);
  });
});

describe("when it cannot be delivered", () => {
  const failing = (status: number) => {
    const setting = aDesk();
    setting.carrier.socketUp = false;
    setting.carrier.answer = () => Promise.reject(new CallFailed(status, "/"));
    return setting;
  };

  it.each([
    [0, "offline"],
    [408, "slow"],
    [504, "slow"],
    [500, "down"],
    [503, "down"],
    [422, "refused"],
  ])("a %i is told as %s", async (status, kind) => {
    const { carrier, desk } = failing(status);
    const parcel = aParcel();
    desk.send(parcel);
    await vi.runAllTimersAsync();
    expect(carrier.problems).toEqual([{ kind, client_message_id: parcel.client_message_id }]);
    expect(carrier.marks.get(parcel.client_message_id)).toBe("failed");
  });

  it("worries nobody until a shop would have been restarted", async () => {
    const { carrier, desk } = failing(0);
    const parcel = aParcel();
    desk.send(parcel);
    await vi.advanceTimersByTimeAsync(19_000);
    expect(carrier.problems).toEqual([]);
    expect(carrier.marks.get(parcel.client_message_id)).toBe("waiting");
    expect(carrier.isWaiting).toBe(false);
  });

  it("takes a proxy without a shop behind it for no connection", () => {
    expect(problemKind(new CallFailed(502, "/"))).toBe("offline");
  });

  it("asks for the answer when the connection is back, to what was acknowledged", async () => {
    const { carrier, outbox, desk } = aDesk();
    carrier.answer = () => Promise.reject(new CallFailed(0, "/"));
    const parcel = aParcel();
    desk.send(parcel);
    desk.acknowledge(parcel.client_message_id);
    desk.socketLost();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(carrier.marks.get(parcel.client_message_id)).toBe("sent");
    const turn: Turn = { state: "bot", messages: [saidBy("bot", "hi")] };
    carrier.answer = () => Promise.resolve(turn);
    desk.sendLeftovers();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(carrier.turns).toEqual([turn]);
    expect(carrier.byRequestIds).toHaveLength(2);
    expect(outbox.all()).toEqual([]);
    expect(carrier.problems).toEqual([]);
  });

  it("sends it again when the connection is back", async () => {
    const { carrier, desk } = failing(0);
    const parcel = aParcel();
    desk.send(parcel);
    await vi.runAllTimersAsync();
    carrier.socketUp = true;
    desk.sendLeftovers();
    expect(carrier.bySocketIds).toEqual([parcel.client_message_id]);
  });

  it("does not press a server that answered with a failure", async () => {
    const { carrier, desk } = failing(500);
    desk.send(aParcel());
    await vi.runAllTimersAsync();
    carrier.socketUp = true;
    desk.sendLeftovers();
    expect(carrier.bySocketIds).toEqual([]);
    expect(carrier.byRequestIds).toHaveLength(1);
  });

  it("does not keep what the server refused", async () => {
    const { outbox, desk } = failing(422);
    desk.send(aParcel());
    await vi.runAllTimersAsync();
    expect(outbox.all()).toEqual([]);
  });

  it("goes under the same id when the shopper tries again", async () => {
    const { carrier, outbox, desk } = failing(500);
    const parcel = aParcel();
    desk.send(parcel);
    await vi.runAllTimersAsync();
    carrier.answer = () => Promise.resolve({ state: "bot", messages: [] });
    desk.retry(parcel);
    await vi.runAllTimersAsync();
    expect(carrier.byRequestIds).toEqual([parcel.client_message_id, parcel.client_message_id]);
    expect(outbox.all()).toEqual([]);
  });

  it("asks by request why the socket refused it", async () => {
    const { carrier, desk } = aDesk();
    carrier.answer = () => Promise.reject(new CallFailed(422, "/"));
    desk.send(aParcel());
    expect(desk.refused(undefined)).toBe(true);
    await vi.runAllTimersAsync();
    expect(carrier.problems.map((problem) => problem.kind)).toEqual(["refused"]);
  });

  it("takes an error about nothing in flight for somebody else's", () => {
    expect(aDesk().desk.refused(undefined)).toBe(false);
  });

  it("tells nothing after it was stopped", async () => {
    const { carrier, desk } = failing(500);
    desk.send(aParcel());
    desk.stop();
    await vi.runAllTimersAsync();
    expect(carrier.problems).toEqual([]);
  });
});

it("an unforeseen failure counts as no connection", () => {
  expect(problemKind(new Error("?"))).toBe("offline");
});
