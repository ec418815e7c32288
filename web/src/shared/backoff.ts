const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;

/** How long to wait before attempt number `attempt` (from 0): doubling, with jitter, bounded. */
export function waitBefore(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  // Half is fixed, half is chance: a thousand widgets must not come back in the same instant.
  return full / 2 + (full / 2) * random();
}
