import { waitBefore } from "../shared/backoff";

/** About as long as a shop takes to restart. */
const VAIN_BEFORE_WORRY = 5;

/** Tries something again, later and later, until it is told that it went well. */
export class Retry {
  private vain = 0;
  private clock: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly act: () => void) {}

  /** It has failed so often in a row that the shopper should hear of it. */
  get isWorrying(): boolean {
    return this.vain > VAIN_BEFORE_WORRY;
  }

  /** After `seconds` at the earliest, where the server said so. */
  later(seconds: number | null = null): void {
    this.pause();
    this.clock = setTimeout(this.act, Math.max(waitBefore(++this.vain), (seconds ?? 0) * 1000));
  }

  /** An attempt is under way, or nobody wants one any more. */
  pause(): void {
    clearTimeout(this.clock);
  }

  succeeded(): void {
    this.pause();
    this.vain = 0;
  }
}
