import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { StaffSocket } from "../../src/console/live/socket";
import type { ServerFrame } from "../../src/console/wire";

/** A line that the test speaks into. */
class FakeSocket {
  readyState = 0;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  send(data: string): void {
    this.sent.push(data);
  }

  close(): void {
    this.readyState = 3;
  }

  answers(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  says(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  breaks(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

const READY: ServerFrame = {
  type: "ready",
  user: { id: "ana", name: "Ana", email: "ana@example.com", role: "agent" },
  counts: { bot: 0, queued: 0, human: 0, closed: 0, mine: 0 },
};

let made: FakeSocket[];
let heard: string[];
let socket: StaffSocket;

beforeEach(() => {
  vi.useFakeTimers();
  made = [];
  heard = [];
  socket = new StaffSocket(
    "ws://shop/api/staff/ws",
    () => "secret",
    {
      up: () => heard.push("up"),
      down: () => heard.push("down"),
      refused: () => heard.push("refused"),
      frame: (frame) => heard.push(frame.type),
    },
    () => {
      const fake = new FakeSocket();
      made.push(fake);
      return fake as unknown as WebSocket;
    },
  );
  socket.open();
});

afterEach(() => {
  socket.close();
  vi.useRealTimers();
});

describe("the staff's line", () => {
  it("shows its token first, and is up once the shop says so", () => {
    made[0]!.answers();
    expect(made[0]!.sent).toEqual([JSON.stringify({ type: "auth", csrf_token: "secret" })]);
    expect(heard).toEqual([]);
    made[0]!.says(READY);
    expect(heard).toEqual(["up", "ready"]);
  });

  it("comes back by itself when it breaks", () => {
    made[0]!.answers();
    made[0]!.breaks();
    expect(heard).toEqual(["down"]);
    vi.advanceTimersByTime(1_000);
    expect(made).toHaveLength(2);
  });

  it("stays away when the session has ended", () => {
    made[0]!.answers();
    made[0]!.breaks(4401);
    vi.advanceTimersByTime(60_000);
    expect(heard).toEqual(["refused"]);
    expect(made).toHaveLength(1);
  });

  it("is replaced when it looks open and says nothing", () => {
    made[0]!.answers();
    made[0]!.says(READY);
    vi.advanceTimersByTime(62_000);
    expect(heard).toContain("down");
    expect(made.length).toBeGreaterThan(1);
  });

  it("says nothing into a line that is down", () => {
    expect(socket.send({ type: "ping" })).toBe(false);
  });
});
