import { readJson, type Shelf } from "./storage";
import type { Utterance } from "./rest";

/** A message on its way. `title` is what the shopper sees for a quick reply's token. */
export interface Parcel {
  client_message_id: string;
  said: Utterance;
  title: string;
  created_at: string;
}

/**
 * Messages that the server has not acknowledged yet, kept across reloads.
 *
 * Each lies under a key of its own, so that two tabs of one shopper cannot overwrite each other's.
 */
export class Outbox {
  constructor(
    private readonly shelf: Shelf,
    private readonly prefix: string,
  ) {}

  put(parcel: Parcel): void {
    this.shelf.write(this.prefix + parcel.client_message_id, JSON.stringify(parcel));
  }

  remove(clientMessageId: string): void {
    this.shelf.remove(this.prefix + clientMessageId);
  }

  /** Oldest first. */
  all(): Parcel[] {
    return this.shelf
      .keys(this.prefix)
      .map((key) => readJson(this.shelf, key))
      .filter(isParcel)
      .sort((one, other) => one.created_at.localeCompare(other.created_at));
  }

  clear(): void {
    for (const key of this.shelf.keys(this.prefix)) this.shelf.remove(key);
  }
}

function isParcel(value: unknown): value is Parcel {
  if (typeof value !== "object" || value === null) return false;
  const parcel = value as Partial<Parcel>;
  return (
    typeof parcel.client_message_id === "string" &&
    typeof parcel.title === "string" &&
    typeof parcel.created_at === "string" &&
    typeof parcel.said === "object"
  );
}
