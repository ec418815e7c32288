import { expect, it } from "vitest";
import { everyDay } from "../../src/console/days";

it("days on which nothing happened are shown as such", () => {
  const now = Date.parse("2026-01-03T01:00:00Z");
  const rows = [{ day: "2026-01-02", count: 5 }];
  expect(everyDay(rows, 3, (day) => ({ day, count: 0 }), now)).toEqual([
    { day: "2026-01-01", count: 0 },
    { day: "2026-01-02", count: 5 },
    { day: "2026-01-03", count: 0 },
  ]);
});
