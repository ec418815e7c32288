import type { Parcel } from "./outbox";

/** Where the server does not say how long it wants to be left alone. */
const SECONDS = 5;
const MOST_PAUSES = 5;

/**
 * Messages that wait because the shop was asked too often, and those written meanwhile.
 *
 * They go on together, in the order in which they were written.
 */
export class Pause {
  private readonly parcels = new Map<string, Parcel>();
  private readonly counts = new Map<string, number>();
  private clock: ReturnType<typeof setTimeout> | undefined;
  private until = 0;

  constructor(
    private readonly goOn: (parcels: Parcel[]) => void,
    private readonly random: () => number = Math.random,
  ) {}

  get isOn(): boolean {
    return this.parcels.size > 0;
  }

  has(clientMessageId: string): boolean {
    return this.parcels.has(clientMessageId);
  }

  /** False when this message has waited often enough: the shopper should hear of it. */
  take(parcel: Parcel, seconds: number | null): boolean {
    const id = parcel.client_message_id;
    const count = (this.counts.get(id) ?? 0) + 1;
    if (count > MOST_PAUSES) {
      this.counts.delete(id);
      return false;
    }
    this.counts.set(id, count);
    this.add(parcel);
    // A little chance on top: two tabs must not come back in the same instant.
    const wait = ((seconds ?? SECONDS * count) + this.random()) * 1000;
    this.until = Math.max(this.until, Date.now() + wait);
    clearTimeout(this.clock);
    this.clock = setTimeout(() => {
      this.end();
    }, this.until - Date.now());
    return true;
  }

  /** Behind those that wait already. */
  add(parcel: Parcel): void {
    this.parcels.set(parcel.client_message_id, parcel);
  }

  remove(clientMessageId: string): void {
    this.parcels.delete(clientMessageId);
  }

  /** The server has taken it: what comes later is counted afresh. */
  arrived(clientMessageId: string): void {
    this.remove(clientMessageId);
    this.counts.delete(clientMessageId);
  }

  stop(): void {
    clearTimeout(this.clock);
    this.parcels.clear();
  }

  private end(): void {
    this.until = 0;
    const all = [...this.parcels.values()].sort((one, other) =>
      one.created_at.localeCompare(other.created_at),
    );
    this.parcels.clear();
    this.goOn(all);
  }
}
