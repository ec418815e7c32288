import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Typing, TypingReport } from "../../src/console/live/typing";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("who is writing", () => {
  it("is forgotten when nobody says that they stopped", () => {
    const typing = new Typing();
    typing.begin("c1", { who: "shopper", name: null });
    expect(typing.in("c1")).toEqual({ who: "shopper", name: null });
    vi.advanceTimersByTime(8_000);
    expect(typing.in("c1")).toBeNull();
  });

  it("goes on when somebody else stops", () => {
    const typing = new Typing();
    typing.begin("c1", { who: "shopper", name: null });
    typing.end("c1", "bot");
    expect(typing.in("c1")).not.toBeNull();
    typing.end("c1", "shopper");
    expect(typing.in("c1")).toBeNull();
  });
});

describe("the agent's typing", () => {
  it("is told at the first key, now and then after, and when they stop", () => {
    const told: boolean[] = [];
    const report = new TypingReport((on) => told.push(on));
    report.key();
    report.key();
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(3_000);
    report.key();
    expect(told).toEqual([true, true]);
    vi.advanceTimersByTime(4_000);
    expect(told).toEqual([true, true, false]);
    report.stop();
    expect(told).toHaveLength(3);
  });
});
