import { DeliveryDesk, type Carrier, type Problem } from "../../src/widget/delivery";
import { Outbox, type Parcel } from "../../src/widget/outbox";
import { MemoryShelf } from "../../src/widget/storage";
import type { Turn } from "../../src/widget/wire";

/** A carrier whose socket and server do as told, and that remembers all it was told. */
export class FakeCarrier implements Carrier {
  socketUp = true;
  bot = true;
  answer: () => Promise<Turn> = () => Promise.resolve({ state: "bot", messages: [] });
  readonly bySocketIds: string[] = [];
  readonly byRequestIds: string[] = [];
  readonly problems: Problem[] = [];
  readonly turns: Turn[] = [];
  readonly marks = new Map<string, string>();
  isWaiting = false;
  desk!: DeliveryDesk;

  bySocket(parcel: Parcel): boolean {
    if (this.socketUp) this.bySocketIds.push(parcel.client_message_id);
    return this.socketUp;
  }

  byRequest(parcel: Parcel): Promise<Turn> {
    this.byRequestIds.push(parcel.client_message_id);
    return this.answer();
  }

  suspectSocket(): void {
    this.socketUp = false;
    this.desk.socketLost();
  }

  delivered(turn: Turn): void {
    this.turns.push(turn);
  }

  mark(id: string, delivery: string): void {
    this.marks.set(id, delivery);
  }

  waiting(on: boolean): void {
    this.isWaiting = on;
  }

  fail(problem: Problem): void {
    this.problems.push(problem);
  }
}

export function aDesk() {
  const carrier = new FakeCarrier();
  const outbox = new Outbox(new MemoryShelf(), "o:");
  const desk = new DeliveryDesk(outbox, carrier, () => carrier.bot);
  carrier.desk = desk;
  return { carrier, outbox, desk };
}
