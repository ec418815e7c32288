import { CallFailed, type ChatRest } from "./rest";
import { readJson, type Shelf } from "./storage";
import type { Customer, Page, Session } from "./wire";

/** What a reload must not lose. */
interface Saved {
  session_id: string;
  token: string;
}

export interface Identity {
  locale: string;
  customer: Customer | null;
  page: Page | null;
}

/** The shopper's session with the shop: stored per shop and per customer, made when first needed. */
export class SessionKeeper {
  private pending: Promise<Session> | null = null;
  private epoch = 0;

  constructor(
    private readonly rest: ChatRest,
    private readonly shelf: Shelf,
    private readonly baseUrl: string,
    readonly identity: Identity,
  ) {}

  /** Everything that belongs to this shopper at this shop lies under keys that start so. */
  get prefix(): string {
    const who = this.identity.customer ? `customer:${this.identity.customer.id}` : "guest";
    return `shopkeeper:${this.baseUrl}:${who}:`;
  }

  /** The token of a session made earlier, if there is one. */
  get token(): string | null {
    return this.saved()?.token ?? null;
  }

  get sessionId(): string | null {
    return this.saved()?.session_id ?? null;
  }

  forget(): void {
    this.pending = null;
    this.epoch += 1;
    this.shelf.remove(`${this.prefix}session`);
  }

  /**
   * A new session; those who ask at once share it.
   *
   * A customer whose signature the shop refuses goes on as a guest: less is known, nothing is lost.
   */
  create(): Promise<Session> {
    if (this.pending) return this.pending;
    const mine = this.request(this.epoch).finally(() => {
      if (this.pending === mine) this.pending = null;
    });
    this.pending = mine;
    return mine;
  }

  private async request(epoch: number): Promise<Session> {
    const { locale, customer, page } = this.identity;
    const about = { locale, ...(page && { page }) };
    let session: Session;
    try {
      session = await this.rest.createSession({ ...about, ...(customer && { customer }) });
    } catch (failure) {
      if (!(customer && failure instanceof CallFailed && failure.status === 401)) throw failure;
      console.warn("Shopkeeper: the customer's signature was refused; going on as a guest.");
      session = await this.rest.createSession(about);
    }
    const saved: Saved = { session_id: session.session_id, token: session.token };
    // Forgotten while it was being made: whoever still waits for it may have it, nobody else.
    if (epoch === this.epoch) this.shelf.write(`${this.prefix}session`, JSON.stringify(saved));
    return session;
  }

  private saved(): Saved | null {
    const value = readJson(this.shelf, `${this.prefix}session`) as Partial<Saved> | null;
    return typeof value?.token === "string" && typeof value.session_id === "string"
      ? { token: value.token, session_id: value.session_id }
      : null;
  }
}
