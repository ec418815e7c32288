import { webAddress } from "../shared/address";
import { isFields, readText } from "./fields";
import { readOutreach, type Outreach, type OutreachChange } from "./outreach";
import { readPortrait, type Portrait, type PortraitChange } from "./portrait";
import {
  readSession,
  readTurn,
  type Session,
  type SessionRequest,
  type ShopEvent,
  type Page,
  type Turn,
} from "./wire";

/** A call that did not succeed. `status` is 0 without a connection, 408 when the answer took too long. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";

  constructor(
    readonly status: number,
    readonly path: string,
    /** Seconds after which the server wants to be asked again, where it said so. */
    readonly retryAfter: number | null = null,
  ) {
    super(`${path} answered ${status}`);
  }
}

/** What the shopper said: typed words, or the token of a quick reply. */
export type Utterance = { text: string } | { payload: string };

export interface MessageBody {
  client_message_id: string;
  said: Utterance;
  page?: Page;
}

/** What a shopper leaves for people who are away. */
export interface LeftMessage {
  text: string;
  /** Where to answer; empty: here. */
  email: string;
}

interface CallOptions {
  token?: string;
  body?: unknown;
  keepalive?: boolean;
  /** The answer is no JSON. */
  isText?: boolean;
}

const PATIENCE_MS = 20_000;
const TOOK_TOO_LONG = 408;

/** The chat API over plain requests. */
export class ChatRest {
  constructor(
    private readonly baseUrl: string,
    private readonly request: typeof fetch = (...call) => fetch(...call),
  ) {}

  async createSession(body: SessionRequest): Promise<Session> {
    const session = readSession(await this.call("POST", "/api/chat/sessions", { body }));
    if (!session) throw new CallFailed(502, "/api/chat/sessions");
    return session;
  }

  async send(token: string, { said, ...rest }: MessageBody): Promise<Turn> {
    const body = { ...said, ...rest };
    return this.turn(await this.call("POST", "/api/chat/messages", { token, body }));
  }

  async history(token: string, after?: string): Promise<Turn> {
    const query = after === undefined ? "" : `?after=${encodeURIComponent(after)}`;
    return this.turn(await this.call("GET", `/api/chat/messages${query}`, { token }));
  }

  async rate(token: string, messageId: string, value: "up" | "down"): Promise<void> {
    const path = `/api/chat/messages/${encodeURIComponent(messageId)}/feedback`;
    await this.call("POST", path, { token, body: { value } });
  }

  async consent(token: string, training: boolean): Promise<void> {
    await this.call("POST", "/api/chat/consent", { token, body: { training } });
  }

  /** How the shopper found the conversation, from 1 to 5. */
  async grade(token: string, score: number, comment: string): Promise<void> {
    const body = { score, ...(comment && { comment }) };
    await this.call("POST", "/api/chat/csat", { token, body });
  }

  /** For the shop's people, who are not there now. */
  async leaveMessage(token: string, { text, email }: LeftMessage): Promise<Turn> {
    const body = { text, ...(email && { email }) };
    return this.turn(await this.call("POST", "/api/chat/leave-message", { token, body }));
  }

  /** The conversation as a text to keep. */
  async transcript(token: string): Promise<string> {
    return String(await this.call("GET", "/api/chat/transcript", { token, isText: true }));
  }

  /** Where the shop is on Telegram; null where it is not. */
  async telegramBot(): Promise<string | null> {
    const bot = await this.call("GET", "/api/chat/telegram", {});
    return isFields(bot) && bot.available === false ? null : this.address(bot);
  }

  /** The address by which this customer goes on there; null for whoever is none to the shop. */
  async telegramLink(token: string): Promise<string | null> {
    try {
      return this.address(await this.call("POST", "/api/chat/telegram-link", { token, body: {} }));
    } catch (failure) {
      // The token is good: it is the customer that is not known.
      if (failure instanceof CallFailed && failure.status === 401) return null;
      throw failure;
    }
  }

  /** What the shop knows about the shopper. */
  async portrait(token: string): Promise<Portrait> {
    return readPortrait(await this.call("GET", "/api/chat/portrait", { token }));
  }

  async correct(token: string, change: PortraitChange): Promise<Portrait> {
    return readPortrait(await this.call("POST", "/api/chat/portrait", { token, body: change }));
  }

  /** What the shopper wants to be written about unasked. */
  async outreach(token: string): Promise<Outreach> {
    return this.wishes(await this.call("GET", "/api/chat/outreach", { token }));
  }

  async changeOutreach(token: string, change: OutreachChange): Promise<Outreach> {
    return this.wishes(await this.call("POST", "/api/chat/outreach", { token, body: change }));
  }

  /** Sent even while the page is being left. A beacon could not carry the token. */
  async report(token: string, events: ShopEvent[]): Promise<void> {
    await this.call("POST", "/api/events", { token, body: { events }, keepalive: true });
  }

  private address(value: unknown): string {
    const url = isFields(value) ? webAddress(readText(value.url), this.baseUrl) : null;
    if (url === null) throw new CallFailed(502, "/api/chat/telegram");
    return url;
  }

  private wishes(value: unknown): Outreach {
    const wishes = readOutreach(value);
    if (!wishes) throw new CallFailed(502, "/api/chat/outreach");
    return wishes;
  }

  private turn(value: unknown): Turn {
    const turn = readTurn(value);
    if (!turn) throw new CallFailed(502, "/api/chat/messages");
    return turn;
  }

  private async call(
    method: string,
    path: string,
    { token, body, keepalive, isText }: CallOptions,
  ): Promise<unknown> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (token !== undefined) headers.Authorization = `Bearer ${token}`;
    const stop = new AbortController();
    const clock = setTimeout(() => {
      stop.abort();
    }, PATIENCE_MS);
    try {
      const reply = await this.request(this.baseUrl + path, {
        method,
        headers,
        // The token is the only proof of who speaks: no cookie travels.
        credentials: "omit",
        cache: "no-store",
        signal: stop.signal,
        ...(keepalive && { keepalive }),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (!reply.ok) throw new CallFailed(reply.status, path, readSeconds(reply.headers));
      if (isText) return await reply.text();
      return reply.status === 204 ? null : await reply.json();
    } catch (failure) {
      if (failure instanceof CallFailed) throw failure;
      throw new CallFailed(stop.signal.aborted ? TOOK_TOO_LONG : 0, path);
    } finally {
      clearTimeout(clock);
    }
  }
}

function readSeconds(headers: Headers): number | null {
  const seconds = Number(headers.get("Retry-After") ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
