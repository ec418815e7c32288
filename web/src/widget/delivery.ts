import { CallFailed } from "./rest";
import type { Outbox, Parcel } from "./outbox";
import type { Turn } from "./wire";
import type { Delivery } from "./log";
import { Pause } from "./pause";

/** Why something did not work, as the shopper is told. */
export type ProblemKind = "offline" | "down" | "slow" | "busy" | "refused";

export interface Problem {
  kind: ProblemKind;
  /** The message it is about; without one, the whole connection. */
  client_message_id?: string;
  /** It passes without the shopper's doing. */
  passes?: boolean;
}

/** The ways a parcel can go, and who hears about it. */
export interface Carrier {
  /** False when the socket is not up. */
  bySocket(parcel: Parcel): boolean;
  byRequest(parcel: Parcel): Promise<Turn>;
  /** The socket looks open and does not answer. */
  suspectSocket(): void;
  delivered(turn: Turn): void;
  mark(clientMessageId: string, delivery: Delivery): void;
  waiting(on: boolean): void;
  fail(problem: Problem): void;
}

interface Flight {
  parcel: Parcel;
  acknowledged: boolean;
  requested: boolean;
  clocks: ReturnType<typeof setTimeout>[];
}

const ACK_MS = 5_000;
const ANSWER_MS = 20_000;
/** A shop that is being restarted is back before that: until then nobody needs to worry. */
const WORRY_MS = 20_000;

/** What a failed call means to the shopper. */
export function problemKind(failure: unknown): ProblemKind {
  const status = failure instanceof CallFailed ? failure.status : 0;
  // A proxy's "bad gateway" means the same as no connection: the shop is being restarted.
  if (status === 0 || status === 502) return "offline";
  if (status === 408 || status === 504) return "slow";
  if (status === 429) return "busy";
  return status === 422 || status === 413 || status === 400 ? "refused" : "down";
}

/**
 * Gets each message through once, and never leaves the shopper waiting without a word.
 *
 * A message goes by socket. Without an acknowledgement in 5 s, or when the socket drops, the same
 * message goes by request under the same id. Without an answer in 20 s a problem is reported.
 * Without any connection it waits, and goes out by itself, once, when the connection is back; so it
 * does where the shop was asked too often, when that time is over.
 */
export class DeliveryDesk {
  private readonly flights = new Map<string, Flight>();
  // The server has said no to these: they wait for the shopper, not for the connection.
  private readonly held = new Set<string>();
  /** These wait for the connection; the server may know some of them already. */
  private readonly stranded = new Map<string, Parcel>();
  private worry: ReturnType<typeof setTimeout> | undefined;
  private readonly pause = new Pause((parcels) => {
    for (const parcel of parcels) this.send(parcel);
  });

  constructor(
    private readonly outbox: Outbox,
    private readonly carrier: Carrier,
    private readonly answers: () => boolean,
  ) {}

  send(parcel: Parcel): void {
    this.outbox.put(parcel);
    if (this.pause.isOn) {
      // It must not overtake what was written before it.
      this.pause.add(parcel);
      this.carrier.mark(parcel.client_message_id, "paused");
      return;
    }
    const flight = this.start(parcel);
    if (!this.carrier.bySocket(parcel)) {
      void this.request(flight);
      return;
    }
    this.after(flight, ACK_MS, () => {
      // Losing the socket sends all that it carried by request, this one too.
      this.carrier.suspectSocket();
    });
    this.after(flight, ANSWER_MS, () => {
      this.fail(flight, "slow");
    });
  }

  /** Asks again by request: it either brings the answer or says what is wrong. */
  retry(parcel: Parcel): void {
    this.outbox.put(parcel);
    void this.request(this.start(parcel));
  }

  acknowledge(clientMessageId: string): void {
    this.outbox.remove(clientMessageId);
    this.carrier.mark(clientMessageId, "sent");
    this.pause.arrived(clientMessageId);
    const flight = this.flights.get(clientMessageId);
    if (!flight || flight.requested) return;
    if (!this.answers()) {
      this.land(flight);
      return;
    }
    flight.acknowledged = true;
    this.stopClocks(flight);
    this.after(flight, ANSWER_MS, () => {
      this.fail(flight, "slow");
    });
  }

  /** Something was said by the other side: the oldest question counts as answered. */
  answered(): void {
    const flight = this.acknowledged()[0];
    if (flight) this.land(flight);
  }

  /** A person answers from now on, or nobody: no one should wait for the bot. */
  release(): void {
    for (const flight of this.acknowledged()) this.land(flight);
  }

  /** The server could not take a message; asking by request tells why. */
  refused(clientMessageId: string | undefined): boolean {
    const open = [...this.flights.values()].filter((flight) => !flight.requested);
    const flight = clientMessageId === undefined ? open[0] : this.flights.get(clientMessageId);
    if (!flight || flight.requested) return flight !== undefined;
    void this.request(flight);
    return true;
  }

  /** The server has heard too much for now; false where no message was refused for it. */
  tooMuch(clientMessageId: string | undefined, seconds: number | null): boolean {
    const flight = this.flights.get(clientMessageId ?? "");
    if (flight && !flight.requested) this.fail(flight, "busy", seconds);
    return flight !== undefined;
  }

  /** The socket is gone: what it has not acknowledged, or not answered, goes the other way. */
  socketLost(): void {
    for (const flight of this.flights.values()) if (!flight.requested) void this.request(flight);
  }

  /** Sends again what was left behind by a lost connection or an earlier visit. */
  sendLeftovers(): void {
    clearTimeout(this.worry);
    this.worry = undefined;
    const stranded = [...this.stranded.values()];
    this.stranded.clear();
    for (const parcel of this.outbox.all()) {
      const id = parcel.client_message_id;
      const isKnown = this.flights.has(id) || this.held.has(id) || this.pause.has(id);
      if (!isKnown) this.send(parcel);
    }
    // The server has taken these; what is missing is the answer.
    for (const parcel of stranded) {
      const id = parcel.client_message_id;
      if (!this.flights.has(id)) void this.request(this.start(parcel, "sent"));
    }
  }

  stop(): void {
    clearTimeout(this.worry);
    this.stranded.clear();
    this.pause.stop();
    for (const flight of this.flights.values()) this.stopClocks(flight);
    this.flights.clear();
  }

  private acknowledged(): Flight[] {
    return [...this.flights.values()].filter((flight) => flight.acknowledged);
  }

  private start(parcel: Parcel, delivery: Delivery = "sending"): Flight {
    const earlier = this.flights.get(parcel.client_message_id);
    if (earlier) this.stopClocks(earlier);
    this.held.delete(parcel.client_message_id);
    this.pause.remove(parcel.client_message_id);
    const acknowledged = delivery === "sent";
    const flight: Flight = { parcel, acknowledged, requested: false, clocks: [] };
    this.stranded.delete(parcel.client_message_id);
    this.flights.set(parcel.client_message_id, flight);
    this.carrier.mark(parcel.client_message_id, delivery);
    this.carrier.waiting(this.answers());
    return flight;
  }

  private async request(flight: Flight): Promise<void> {
    flight.requested = true;
    this.stopClocks(flight);
    const id = flight.parcel.client_message_id;
    try {
      const turn = await this.carrier.byRequest(flight.parcel);
      if (this.flights.get(id) !== flight) return;
      this.outbox.remove(id);
      this.pause.arrived(id);
      this.carrier.mark(id, "sent");
      this.carrier.delivered(turn);
      this.land(flight);
    } catch (failure) {
      if (this.flights.get(id) !== flight) return;
      const seconds = failure instanceof CallFailed ? failure.retryAfter : null;
      this.fail(flight, problemKind(failure), seconds);
    }
  }

  private fail(flight: Flight, kind: ProblemKind, seconds: number | null = null): void {
    const id = flight.parcel.client_message_id;
    // A refused message would be refused for ever: it must not come back after a reload.
    if (kind === "refused") this.outbox.remove(id);
    if (kind === "offline") {
      this.strand(flight);
      return;
    }
    if (kind === "busy" && this.pause.take(flight.parcel, seconds)) {
      this.land(flight);
      this.carrier.mark(id, flight.acknowledged ? "sent" : "paused");
      this.carrier.fail({ kind, client_message_id: id, passes: true });
      return;
    }
    if (kind !== "slow") this.held.add(id);
    if (!flight.acknowledged) this.carrier.mark(id, "failed");
    this.land(flight);
    this.carrier.fail({ kind, client_message_id: id });
  }

  /** No connection: the message waits for it, and only a long wait is a problem. */
  private strand(flight: Flight): void {
    const { parcel, acknowledged } = flight;
    this.land(flight);
    this.stranded.set(parcel.client_message_id, parcel);
    if (!acknowledged) this.carrier.mark(parcel.client_message_id, "waiting");
    this.worry ??= setTimeout(() => {
      this.worry = undefined;
      const [oldest] = this.stranded.keys();
      if (oldest === undefined) return;
      const unsent = this.outbox.all().map((kept) => kept.client_message_id);
      for (const id of unsent) if (this.stranded.has(id)) this.carrier.mark(id, "failed");
      this.carrier.fail({ kind: "offline", client_message_id: oldest });
    }, WORRY_MS);
  }

  private land(flight: Flight): void {
    this.stopClocks(flight);
    this.flights.delete(flight.parcel.client_message_id);
    this.carrier.waiting(this.flights.size > 0 && this.answers());
  }

  private after(flight: Flight, delay: number, act: () => void): void {
    flight.clocks.push(setTimeout(act, delay));
  }

  private stopClocks(flight: Flight): void {
    flight.clocks.forEach(clearTimeout);
    flight.clocks = [];
  }
}
