import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { waitBefore } from "../../src/shared/backoff";
import { ChatSocket } from "../../src/widget/socket";

/** A socket that does only what the test makes it do. */
class FakeSocket {
  readyState = 0;
  readonly sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
  }

  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  drop(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

function aSocket() {
  const made: FakeSocket[] = [];
  const handlers = { up: vi.fn(), down: vi.fn(), frame: vi.fn() };
  const socket = new ChatSocket("ws://shop.example/api/chat/ws", handlers, () => {
    made.push(new FakeSocket());
    return made.at(-1) as unknown as WebSocket;
  });
  return { socket, made, handlers };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the socket", () => {
  it("shows its token first", () => {
    const { socket, made, handlers } = aSocket();
    socket.open("t");
    expect(socket.send({ type: "typing", on: true })).toBe(false);
    made[0]!.accept();
    expect(socket.send({ type: "typing", on: true })).toBe(true);
    expect(made[0]!.sent).toEqual([
      { type: "auth", token: "t" },
      { type: "typing", on: true },
    ]);
    expect(handlers.up).toHaveBeenCalledOnce();
  });

  it("comes back after each loss, ever more slowly, until it is closed", async () => {
    const { socket, made, handlers } = aSocket();
    socket.open("t");
    for (let attempt = 0; attempt < 6; attempt += 1) {
      made.at(-1)!.drop();
      await vi.advanceTimersByTimeAsync(20_000);
    }
    expect(made).toHaveLength(7);
    expect(handlers.down).toHaveBeenCalledTimes(6);
    socket.close();
    made.at(-1)!.drop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(made).toHaveLength(7);
  });

  it("comes back at once when the network does", () => {
    const { socket, made } = aSocket();
    socket.open("t");
    made[0]!.drop();
    window.dispatchEvent(new Event("online"));
    expect(made).toHaveLength(2);
  });

  it("hears nothing from a socket that was replaced", () => {
    const { socket, made, handlers } = aSocket();
    socket.open("t");
    made[0]!.accept();
    socket.replace();
    made[0]!.onmessage?.({ data: '{"type": "state", "state": "bot"}' });
    made[0]!.drop();
    expect(handlers.frame).not.toHaveBeenCalled();
    expect(handlers.down).toHaveBeenCalledOnce();
  });

  it("waits longer each time, never longer than its bound, and never the same for all", () => {
    const waits = [0, 1, 2, 10].map((attempt) => waitBefore(attempt, () => 1));
    expect(waits).toEqual([500, 1_000, 2_000, 20_000]);
    expect(waitBefore(2, () => 0)).toBe(1_000);
  });
});
