import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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

describe("when it was too fast for the shop", () => {
  const busy = () => {
    const setting = aDesk();
    setting.carrier.answer = () => Promise.reject(new CallFailed(429, "/", 7));
    return setting;
  };

  it("goes out once more by itself, not before the shop wants to hear of it", async () => {
    const { carrier, outbox, desk } = busy();
    carrier.socketUp = false;
    const parcel = aParcel();
    desk.send(parcel);
    await vi.advanceTimersByTimeAsync(6_900);
    const id = parcel.client_message_id;
    expect(carrier.marks.get(id)).toBe("paused");
    expect(carrier.problems).toEqual([{ kind: "busy", client_message_id: id, passes: true }]);
    expect(carrier.byRequestIds).toEqual([id]);
    const turn: Turn = { state: "bot", messages: [saidBy("bot", "hi")] };
    carrier.answer = () => Promise.resolve(turn);
    await vi.advanceTimersByTimeAsync(1_200);
    expect(carrier.byRequestIds).toEqual([id, id]);
    expect(carrier.turns).toEqual([turn]);
    expect(carrier.marks.get(id)).toBe("sent");
    expect(outbox.all()).toEqual([]);
    await vi.runAllTimersAsync();
    expect(carrier.byRequestIds).toHaveLength(2);
  });

  it("goes by socket too when the socket said so", async () => {
    const { carrier, desk } = aDesk();
    const parcel = aParcel();
    desk.send(parcel);
    expect(desk.tooMuch(parcel.client_message_id, 3)).toBe(true);
    await vi.advanceTimersByTimeAsync(4_100);
    expect(carrier.bySocketIds).toEqual([parcel.client_message_id, parcel.client_message_id]);
    expect(carrier.byRequestIds).toEqual([]);
  });

  it("is not overtaken by what was written after it", async () => {
    const { carrier, desk } = aDesk();
    const [first, second] = [aParcel(), aParcel()];
    desk.send(first);
    desk.tooMuch(first.client_message_id, 3);
    desk.send(second);
    expect(carrier.marks.get(second.client_message_id)).toBe("paused");
    await vi.advanceTimersByTimeAsync(4_100);
    expect(carrier.bySocketIds.slice(1)).toEqual([
      first.client_message_id,
      second.client_message_id,
    ]);
  });

  it("is kept, and told, when the shop stays busy", async () => {
    const { carrier, outbox, desk } = busy();
    carrier.socketUp = false;
    const parcel = aParcel();
    desk.send(parcel);
    await vi.runAllTimersAsync();
    const id = parcel.client_message_id;
    expect(carrier.byRequestIds).toHaveLength(6);
    expect(carrier.problems.at(-1)).toEqual({ kind: "busy", client_message_id: id });
    expect(carrier.marks.get(id)).toBe("failed");
    expect(outbox.all()).toEqual([parcel]);
  });

  it("goes at once when the shopper does not want to wait", async () => {
    const { carrier, desk } = busy();
    const parcel = aParcel();
    desk.send(parcel);
    desk.tooMuch(parcel.client_message_id, 60);
    carrier.answer = () => Promise.resolve({ state: "bot", messages: [] });
    desk.retry(parcel);
    await vi.runAllTimersAsync();
    expect(carrier.byRequestIds).toEqual([parcel.client_message_id]);
    expect(carrier.bySocketIds).toHaveLength(1);
  });
});
