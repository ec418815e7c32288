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
    private readonly prefix: string,
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
    const lastRead = this.shelves.local.read(`${this.prefix}read`);
    const from = messages.findLastIndex((message) => message.id === lastRead) + 1;
    return messages.slice(from).filter((message) => message.role !== "shopper").length;
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

  clear(): void {
    this.shelves.local.remove(`${this.prefix}read`);
    this.shelves.local.remove(`${this.prefix}thumbs`);
    this.shelves.tab.remove(`${this.prefix}draft`);
  }
}
