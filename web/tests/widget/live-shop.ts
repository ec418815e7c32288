import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { vi } from "vitest";
import { WebSocket as NodeSocket } from "ws";
import { DevChat } from "../../dev/chat.js";
import { makeServer } from "../../dev/server.js";
import { Chat } from "../../src/widget/chat";
import { resolveSettings, type Settings } from "../../src/widget/settings";
import { MemoryShelf } from "../../src/widget/storage";

interface Visit {
  local?: MemoryShelf;
  tab?: MemoryShelf;
  settings?: Settings;
}

/** The development server on a port of its own, and chats that talk to it over real connections. */
export class LiveShop {
  readonly backend = new DevChat({ delay: 5 });
  private readonly chats: Chat[] = [];
  private server: Server | null = null;
  private port = 0;

  /** Takes the same port each time, so that a shop can come back. */
  async open({ sockets = true } = {}): Promise<void> {
    const server = makeServer({ chat: this.backend, sockets });
    await new Promise<void>((ready) => server.listen(this.port, "127.0.0.1", ready));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = null;
    server?.closeAllConnections();
    if (server) await new Promise((done) => server.close(done));
  }

  async end(): Promise<void> {
    for (const chat of this.chats) chat.hangUp();
    await this.close();
  }

  get session() {
    const session = [...this.backend.sessions.values()].at(-1);
    if (!session) throw new Error("no session has begun");
    return session;
  }

  get said(): string[] {
    return this.session.messages.map((message) => message.text);
  }

  visit({ local = new MemoryShelf(), tab = new MemoryShelf(), settings = {} }: Visit = {}): Chat {
    const baseUrl = `http://127.0.0.1:${this.port}`;
    const chat = new Chat(resolveSettings({ baseUrl, locale: "en", ...settings }, null), {
      local,
      tab,
      makeSocket: (address) => {
        // Unlike a browser's, a socket of Node's throws the errors that nobody hears.
        const socket = new NodeSocket(address).on("error", () => undefined);
        return socket as unknown as WebSocket;
      },
    });
    this.chats.push(chat);
    chat.start();
    return chat;
  }

  /** A visit in which something was asked and answered. */
  async talk(visit: Visit = {}): Promise<Chat> {
    const chat = this.visit(visit);
    chat.open();
    await until(() => this.session.listeners.size === 1);
    chat.say("show me chairs");
    await until(() => roles(chat).join() === "bot,shopper,bot");
    return chat;
  }
}

export function texts(chat: Chat): string[] {
  return chat.view.entries.map(({ message }) => message.text);
}

export function roles(chat: Chat): string[] {
  return chat.view.entries.map(({ message }) => message.role);
}

/** Waits until the condition holds; a condition that throws does not hold yet. */
export async function until(holds: () => boolean): Promise<void> {
  await vi.waitFor(
    () => {
      if (!holds()) throw new Error(`still not so: ${holds.toString()}`);
    },
    { timeout: 4_000, interval: 10 },
  );
}
