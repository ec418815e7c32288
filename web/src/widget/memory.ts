import { readJson, type Shelf } from "./storage";
import type { Message } from "./wire";

export type Thumb = "up" | "down";

interface Shelves {
  local: Shelf;
  tab: Shelf;
}

/** The small things that a reload must not lose: what was read, rated, half written, left open. */
export class Memory {
  private readonly openKey: string;

  constructor(
    private readonly shelves: Shelves,
    baseUrl: string,
    readonly prefix: string,
  ) {
    this.openKey = `shopkeeper:${baseUrl}:open`;
  }

  get isOpen(): boolean {
    return this.shelves.tab.read(this.openKey) === "yes";
  }

  set isOpen(open: boolean) {
    this.shelves.tab.write(this.openKey, open ? "yes" : "no");
  }

  get draft(): string {
    return this.shelves.tab.read(`${this.prefix}draft`) ?? "";
  }

  set draft(text: string) {
    this.shelves.tab.write(`${this.prefix}draft`, text);
  }

  set lastRead(messageId: string) {
    this.shelves.local.write(`${this.prefix}read`, messageId);
  }

  countUnread(messages: readonly Message[]): number {
    const lastRead = this.shelves.local.read(`${this.prefix}read`) ?? "";
    const at = messages.findLastIndex((message) => message.id === lastRead);
    // Another tab may have read what this one has not heard of yet: ids count upwards.
    const isRead = ({ id }: Message, index: number) =>
      index <= at || (at < 0 && lastRead !== "" && Number(id) <= Number(lastRead));
    return messages.filter((one, index) => one.role !== "shopper" && !isRead(one, index)).length;
  }

  get thumbs(): Record<string, Thumb> {
    const stored = readJson(this.shelves.local, `${this.prefix}thumbs`);
    return typeof stored === "object" && stored !== null ? (stored as Record<string, Thumb>) : {};
  }

  rate(messageId: string, value: Thumb): Record<string, Thumb> {
    return this.restoreThumbs({ ...this.thumbs, [messageId]: value });
  }

  restoreThumbs(thumbs: Readonly<Record<string, Thumb>>): Record<string, Thumb> {
    this.shelves.local.write(`${this.prefix}thumbs`, JSON.stringify(thumbs));
    return { ...thumbs };
  }

  /** Whether chats may be learnt from; null while the shopper has not been asked. */
  get consent(): boolean | null {
    const stored = this.shelves.local.read(`${this.prefix}consent`);
    return stored === null ? null : stored === "yes";
  }

  keepConsent(given: boolean): void {
    this.shelves.local.write(`${this.prefix}consent`, given ? "yes" : "no");
  }

  /** Of which conversation the shop has been told the answer above. */
  get consentTold(): string {
    return this.shelves.local.read(`${this.prefix}consent-told`) ?? "";
  }

  set consentTold(about: string) {
    this.shelves.local.write(`${this.prefix}consent-told`, about);
  }

  /** Which end of a conversation has been graded; see `Grading`. */
  get graded(): string | null {
    return this.shelves.local.read(`${this.prefix}graded`);
  }

  keepGraded(end: string): void {
    this.shelves.local.write(`${this.prefix}graded`, end);
  }

  clear(): void {
    this.shelves.local.remove(`${this.prefix}read`);
    this.shelves.local.remove(`${this.prefix}thumbs`);
    this.shelves.local.remove(`${this.prefix}graded`);
    this.shelves.tab.remove(`${this.prefix}draft`);
  }
}
