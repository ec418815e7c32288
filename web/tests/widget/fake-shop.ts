import { vi } from "vitest";
import { Chat } from "../../src/widget/chat";
import { ChatRest } from "../../src/widget/rest";
import { resolveSettings, type Settings } from "../../src/widget/settings";
import { MemoryShelf } from "../../src/widget/storage";
import type { ConversationState } from "../../src/widget/standing";
import type { Message } from "../../src/widget/wire";
import { aMessage } from "./builders";

/** A shop that answers each message as told, by request only: no socket, no network. */
export class FakeShop {
  greeting: Message[] = [aMessage({ text: "Hello, I am a bot." })];
  answer: Message[] = [aMessage({ text: "An answer." })];
  state: ConversationState = "bot";
  status = 200;
  /** How many conversations are refused before one may begin. */
  refusals = 0;
  portrait: unknown = { lines: [], orders: 0 };
  outreach: unknown = { alerts: true, orders: false, carts: true, quiet_from: 22, quiet_to: 8 };
  readonly calls: { path: string; body: Record<string, unknown> }[] = [];

  readonly request = (input: unknown, init?: RequestInit): Promise<Response> => {
    const { pathname } = new URL(String(input));
    const body = JSON.parse((init?.body as string | undefined) ?? "{}") as Record<string, unknown>;
    this.calls.push({ path: pathname, body });
    return Promise.resolve(this.reply(pathname, init?.method ?? "GET"));
  };

  /** What was posted to the address, in order. */
  posted(path: string): Record<string, unknown>[] {
    return this.calls.filter((call) => call.path === path).map((call) => call.body);
  }

  private reply(path: string, method: string): Response {
    const { state } = this;
    if (path === "/api/chat/sessions" && this.refusals-- > 0) {
      return Response.json({}, { status: 429, headers: { "Retry-After": "1" } });
    }
    if (path === "/api/chat/sessions") {
      const session = { session_id: "s", token: "t", state, messages: this.greeting };
      return Response.json(session, { status: 201 });
    }
    if (this.status !== 200) return Response.json({}, { status: this.status });
    if (path === "/api/chat/portrait") return Response.json(this.portrait);
    if (path === "/api/chat/outreach") return Response.json(this.outreach);
    if (path !== "/api/chat/messages") return new Response(null, { status: 204 });
    const messages = method === "POST" ? this.answer : this.greeting;
    return Response.json({ state, messages });
  }
}

export function aChatWith(shop: FakeShop, settings: Settings = {}): Chat {
  const baseUrl = "https://chat.shop.example";
  return new Chat(resolveSettings({ baseUrl, locale: "en", ...settings }, null), {
    local: new MemoryShelf(),
    tab: new MemoryShelf(),
    rest: new ChatRest(baseUrl, shop.request),
    makeSocket: () => {
      throw new DOMException("no sockets here", "SecurityError");
    },
  });
}

export function until(hold: () => void): Promise<void> {
  return vi.waitFor(hold, { timeout: 2_000, interval: 5 });
}
