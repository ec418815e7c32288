const DAY_MS = 86_400_000;

/** A row for every day of the time up to today: what has none gets an empty one. */
export function everyDay<R extends { day: string }>(
  rows: readonly R[],
  days: number,
  empty: (day: string) => R,
  now: number = Date.now(),
): R[] {
  const known = new Map(rows.map((row) => [row.day.slice(0, 10), row]));
  return Array.from({ length: days }, (_, at) => {
    const day = new Date(now - (days - 1 - at) * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? empty(day);
  });
}
