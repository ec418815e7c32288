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

  /** Sent even while the page is being left. A beacon could not carry the token. */
  async report(token: string, events: ShopEvent[]): Promise<void> {
    await this.call("POST", "/api/events", { token, body: { events }, keepalive: true });
  }

  private turn(value: unknown): Turn {
    const turn = readTurn(value);
    if (!turn) throw new CallFailed(502, "/api/chat/messages");
    return turn;
  }

  private async call(
    method: string,
    path: string,
    { token, body, keepalive }: { token?: string; body?: unknown; keepalive?: boolean },
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
      if (!reply.ok) throw new CallFailed(reply.status, path);
      return reply.status === 204 ? null : await reply.json();
    } catch (failure) {
      if (failure instanceof CallFailed) throw failure;
      throw new CallFailed(stop.signal.aborted ? TOOK_TOO_LONG : 0, path);
    } finally {
      clearTimeout(clock);
    }
  }
}
