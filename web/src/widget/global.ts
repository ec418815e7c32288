import type { Chat } from "./chat";
import type { Emitter, EventName, WidgetEvents } from "./emitter";
import { mountWidget } from "./mount";
import { resolveSettings, type Settings } from "./settings";
import type { Customer, EventItem, Page } from "./wire";

export interface Tracked {
  items?: EventItem[];
  search_term?: string;
  ranking_id?: string;
}

/** `window.Shopkeeper`: what a shop's page may do with the widget. */
export interface ShopkeeperApi {
  /** Shows the widget. It runs by itself on load; called again, it does nothing. */
  run(settings?: Settings): void;
  /** Who is shopping, signed by the shop's server; null for a guest. */
  setUser(customer: Customer | null): void;
  setContext(context: { page: Page }): void;
  setLocale(locale: string): void;
  open(): void;
  close(): void;
  toggle(): void;
  /** Forgets this conversation and begins another. */
  reset(): void;
  /** Returns a function that ends the listening. */
  on<N extends EventName>(name: N, handler: (detail: WidgetEvents[N]) => void): () => void;
  /** Tells what the shopper does, under the GA4 names. The session's token stays inside. */
  track(name: string, about?: Tracked): void;
  /** A call as `[name, ...arguments]`, the form in which a page may queue calls before loading. */
  push(...calls: [name: string, ...values: unknown[]][]): void;
}

declare global {
  interface Window {
    Shopkeeper?: ShopkeeperApi | unknown[];
    shopkeeperSettings?: Settings;
  }
}

class Shopkeeper implements ShopkeeperApi {
  private chat: Chat | null = null;
  // What is asked before the widget stands is done when it does.
  private readonly waiting: ((chat: Chat) => void)[] = [];

  constructor(private readonly scriptUrl: string | null) {}

  run(settings: Settings = {}): void {
    if (this.chat) return;
    this.chat = mountWidget(resolveSettings(settings, this.scriptUrl));
    for (const act of this.waiting.splice(0)) act(this.chat);
    this.chat.start();
  }

  setUser(customer: Customer | null): void {
    this.do((chat) => {
      chat.setUser(customer);
    });
  }

  setContext({ page }: { page: Page }): void {
    this.do((chat) => {
      chat.setContext(page);
    });
  }

  setLocale(locale: string): void {
    this.do((chat) => {
      chat.setLocale(locale);
    });
  }

  open(): void {
    this.do((chat) => {
      chat.open();
    });
  }

  close(): void {
    this.do((chat) => {
      chat.close();
    });
  }

  toggle(): void {
    this.do((chat) => {
      if (chat.view.open) chat.close();
      else chat.open();
    });
  }

  reset(): void {
    this.do((chat) => {
      chat.reset();
    });
  }

  on<N extends EventName>(name: N, handler: (detail: WidgetEvents[N]) => void): () => void {
    let end: (() => void) | null = null;
    let isWanted = true;
    this.do((chat) => {
      const events: Emitter = chat.events;
      if (isWanted) end = events.on(name, handler);
    });
    return () => {
      isWanted = false;
      end?.();
    };
  }

  track(name: string, { items = [], ...about }: Tracked = {}): void {
    this.do((chat) => {
      chat.behaviour.track({ name, items, ...about });
    });
  }

  push(...calls: [name: string, ...values: unknown[]][]): void {
    for (const [name, ...values] of calls) {
      const method: unknown = name in this ? this[name as keyof this] : null;
      if (typeof method === "function")
        (method as (...all: unknown[]) => unknown).apply(this, values);
      else console.warn(`Shopkeeper: there is no "${name}" to call.`);
    }
  }

  private do(act: (chat: Chat) => void): void {
    if (this.chat) act(this.chat);
    else this.waiting.push(act);
  }
}

/**
 * Puts `Shopkeeper` on the page, runs it, and does what the page queued before it was there.
 *
 * A second script tag changes nothing.
 */
export function installGlobal(page: Window, scriptUrl: string | null): void {
  const queued = page.Shopkeeper;
  if (queued && !Array.isArray(queued)) return;
  const api = new Shopkeeper(scriptUrl);
  page.Shopkeeper = api;
  const start = () => {
    api.run(page.shopkeeperSettings);
    api.push(...(queued ?? []).filter(isCall));
  };
  if (page.document.body as HTMLElement | null) start();
  else page.addEventListener("DOMContentLoaded", start, { once: true });
}

function isCall(value: unknown): value is [string, ...unknown[]] {
  return Array.isArray(value) && typeof value[0] === "string";
}
