import { describe, expect, it } from "vitest";
import { readStanding } from "../../src/widget/standing";

describe("who answers", () => {
  it.each([null, "bot", {}, { state: 1 }, { state: "asleep" }])("is not told by %j", (value) => {
    expect(readStanding(value)).toBeNull();
  });

  it("is a person by name", () => {
    expect(readStanding({ state: "human", agent: "Noor Haddad", queue: null })).toEqual({
      state: "human",
      agent: "Noor Haddad",
    });
  });

  it("is nobody by name once the bot is back", () => {
    expect(readStanding({ state: "bot", agent: "Noor Haddad" })).toEqual({ state: "bot" });
  });

  it("comes with the place in the line", () => {
    const queue = { position: 3, open: true, may_leave: false, opens_at: null };
    expect(readStanding({ state: "queued", queue })).toEqual({
      state: "queued",
      queue: { position: 3, open: true, may_leave: false },
    });
  });

  it("comes with the hour at which somebody is there again", () => {
    const queue = { position: 0, open: false, may_leave: true, opens_at: "2026-01-02T08:00:00Z" };
    expect(readStanding({ state: "queued", queue })?.queue).toEqual({
      position: null,
      open: false,
      may_leave: true,
      opens_at: "2026-01-02T08:00:00Z",
    });
  });
});
