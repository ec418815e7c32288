import { StaffApiError } from "../api";
import { waitBefore } from "../../shared/backoff";
import type { ProductCard, StaffMessage } from "../wire";

/** Something an agent said that the server has not confirmed. */
export interface Parcel {
  client_message_id: string;
  conversation_id: string;
  text: string;
  cards: ProductCard[];
  created_at: string;
  /** Why it was refused for good; null while it is still on its way. */
  refused: string | null;
}

export interface Post {
  send(parcel: Parcel): Promise<StaffMessage>;
  delivered(parcel: Parcel, message: StaffMessage): void;
}

/** One person's parcels: another who signs in at the same machine must not send them. */
export function shelfPrefix(userId: string): string {
  return `console:outbox:${userId}:`;
}

/**
 * What was said and is not confirmed yet, kept across reloads, sent in order in each conversation.
 *
 * A failure that may pass is tried again, later and later. A refusal stays until the agent sends it
 * again or takes it back: words are never dropped.
 */
export class Outbox {
  private parcels: Parcel[];
  private readonly busy = new Set<string>();
  private readonly retries = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly vain = new Map<string, number>();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly post: Post,
    private readonly shelf: Storage,
    private readonly prefix: string,
    private readonly wait: (attempt: number) => number = waitBefore,
  ) {
    this.parcels = stored(shelf, prefix);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Oldest first; the same array until something changes. */
  readonly all = (): readonly Parcel[] => this.parcels;

  /** Whether these words are on their way: the answer to sending them brings the message. */
  isSending(conversationId: string, text: string): boolean {
    return this.parcels.some(
      (one) => one.conversation_id === conversationId && one.text === text && one.refused === null,
    );
  }

  put(parcel: Omit<Parcel, "client_message_id" | "created_at" | "refused">): void {
    this.keep({
      ...parcel,
      client_message_id: crypto.randomUUID(),
      created_at: new Date().toISOString(),
      refused: null,
    });
    void this.work(parcel.conversation_id);
  }

  /** Send again what was refused or waits. */
  again(clientMessageId: string): void {
    const parcel = this.parcels.find((one) => one.client_message_id === clientMessageId);
    if (!parcel) return;
    this.keep({ ...parcel, refused: null });
    void this.work(parcel.conversation_id);
  }

  takeBack(clientMessageId: string): void {
    this.parcels = this.parcels.filter((one) => one.client_message_id !== clientMessageId);
    this.shelf.removeItem(this.prefix + clientMessageId);
    this.tell();
  }

  /** The line is back, or the page was loaded: whatever waits goes now. */
  hurry(): void {
    for (const id of new Set(this.parcels.map((parcel) => parcel.conversation_id))) {
      clearTimeout(this.retries.get(id));
      void this.work(id);
    }
  }

  private async work(conversationId: string): Promise<void> {
    if (this.busy.has(conversationId)) return;
    this.busy.add(conversationId);
    try {
      let parcel: Parcel | undefined;
      while ((parcel = this.next(conversationId))) {
        if (!(await this.deliver(parcel))) return;
      }
    } finally {
      this.busy.delete(conversationId);
    }
  }

  private next(conversationId: string): Parcel | undefined {
    return this.parcels.find(
      (one) => one.conversation_id === conversationId && one.refused === null,
    );
  }

  /** False where the rest has to wait. */
  private async deliver(parcel: Parcel): Promise<boolean> {
    const { conversation_id: id } = parcel;
    try {
      const message = await this.post.send(parcel);
      this.vain.delete(id);
      this.post.delivered(parcel, message);
      this.takeBack(parcel.client_message_id);
      return true;
    } catch (failure) {
      const error = failure instanceof StaffApiError ? failure : new StaffApiError(0);
      if (error.status === 401) return false;
      if (!error.isPassing) {
        this.keep({ ...parcel, refused: error.code });
        return true;
      }
      const attempt = this.vain.get(id) ?? 0;
      this.vain.set(id, attempt + 1);
      const pause = error.retryAfter === null ? this.wait(attempt) : error.retryAfter * 1000;
      this.retries.set(
        id,
        setTimeout(() => void this.work(id), pause),
      );
      return false;
    }
  }

  private keep(parcel: Parcel): void {
    const known = this.parcels.some((one) => one.client_message_id === parcel.client_message_id);
    this.parcels = known
      ? this.parcels.map((one) =>
          one.client_message_id === parcel.client_message_id ? parcel : one,
        )
      : [...this.parcels, parcel];
    try {
      this.shelf.setItem(this.prefix + parcel.client_message_id, JSON.stringify(parcel));
    } catch {
      // A full or forbidden storage: the parcel lives as long as the page.
    }
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

function stored(shelf: Storage, prefix: string): Parcel[] {
  const found: Parcel[] = [];
  for (let at = 0; at < shelf.length; at++) {
    const key = shelf.key(at);
    if (!key?.startsWith(prefix)) continue;
    try {
      found.push(JSON.parse(shelf.getItem(key) ?? "") as Parcel);
    } catch {
      shelf.removeItem(key);
    }
  }
  return found.sort((one, other) => one.created_at.localeCompare(other.created_at));
}
