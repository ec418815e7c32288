import { DeliveryDesk, problemKind } from "./delivery";
import type { Listener } from "./listener";
import { Outbox, type Parcel } from "./outbox";
import { CallFailed, type ChatRest } from "./rest";
import { SessionKeeper, type Identity } from "./session";
import { ChatSocket, type SocketHandlers } from "./socket";
import type { Shelf } from "./storage";
import type { Standing } from "./standing";
import type { Page, ServerFrame, Turn } from "./wire";

/** Where the shop does not say for how long it wants to be left alone. */
const BUSY_S = 5;

export interface Means {
  baseUrl: string;
  rest: ChatRest;
  shelf: Shelf;
  makeSocket?: (address: string) => WebSocket;
}

/**
 * One shopper's line to the shop: session, socket, requests and everything between them.
 *
 * Nothing is asked of the server before `begin`, `say` or `report` is called, or a stored session
 * is resumed.
 */
export class Transport {
  private readonly keeper: SessionKeeper;
  private readonly outbox: Outbox;
  private readonly desk: DeliveryDesk;
  private readonly socket: ChatSocket;
  private standing: Standing = { state: "bot" };
  private beginning: Promise<string> | null = null;
  /** Up to here nothing is missing. Frames do not move it: some may have been lost before them. */
  private completeTo: string | undefined;
  /** The page the server was last told of, and the one each message on its way tells of. */
  private pageTold: Page | null = null;
  private readonly pagesOnTheWay = new Map<string, Page>();
  /** The token that this line speaks with. */
  private running: string | null = null;
  private later: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(
    private readonly means: Means,
    identity: Identity,
    private readonly listener: Listener,
  ) {
    this.keeper = new SessionKeeper(means.rest, means.shelf, means.baseUrl, identity);
    this.outbox = new Outbox(means.shelf, `${this.keeper.prefix}outbox:`);
    this.desk = new DeliveryDesk(
      this.outbox,
      {
        bySocket: (parcel) => {
          const { client_message_id, said } = parcel;
          const about = { client_message_id, ...said, ...this.news(parcel) };
          return this.socket.send({ type: "message", ...about });
        },
        byRequest: (parcel) => this.post(parcel),
        suspectSocket: () => {
          this.socket.replace();
        },
        delivered: (turn) => {
          this.take(turn);
        },
        mark: (id, delivery) => {
          if (delivery === "sent") this.pageTold = this.pagesOnTheWay.get(id) ?? this.pageTold;
          listener.delivery(id, delivery);
        },
        waiting: (on) => {
          listener.waiting(on);
        },
        fail: (problem) => {
          listener.failed(problem);
        },
      },
      () => this.standing.state === "bot",
    );
    const address = `${means.baseUrl.replace(/^http/, "ws")}/api/chat/ws`;
    this.socket = new ChatSocket(address, this.socketHandlers(), means.makeSocket);
  }

  get hasSession(): boolean {
    return this.keeper.token !== null;
  }

  get sessionId(): string | null {
    return this.keeper.sessionId;
  }

  get prefix(): string {
    return this.keeper.prefix;
  }

  set page(page: Page | null) {
    this.keeper.identity.page = page;
  }

  set locale(locale: string) {
    this.keeper.identity.locale = locale;
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  /** Another tab has begun another session, or has ended this one. */
  get isElsewhere(): boolean {
    return this.isRunning && this.keeper.token !== this.running;
  }

  /** What the shopper wrote and no server has taken yet. */
  get unsent(): Parcel[] {
    return this.outbox.all();
  }

  /** The token of the session that runs, is stored, or is made now. Asking twice makes one. */
  begin(): Promise<string> {
    this.beginning ??= this.resumeOrCreate().catch((failure: unknown) => {
      this.beginning = null;
      throw failure;
    });
    return this.beginning;
  }

  say(parcel: Parcel): void {
    this.desk.send(parcel);
  }

  retry(parcel: Parcel): void {
    this.desk.retry(parcel);
  }

  typing(on: boolean): void {
    this.socket.send({ type: "typing", on });
  }

  /** Asks the shop something in this session's name; a session that ran out is replaced. */
  async call<T>(ask: (rest: ChatRest, token: string) => Promise<T>): Promise<T> {
    const token = await this.begin();
    try {
      return await ask(this.means.rest, token);
    } catch (failure) {
      if (!(failure instanceof CallFailed && failure.status === 401)) throw failure;
      return ask(this.means.rest, await this.renew(token));
    }
  }

  /** Hangs up; the session stays stored. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.later);
    this.socket.close();
    this.desk.stop();
  }

  /** Hangs up and forgets the session and what was not sent in it. */
  forget(): void {
    this.stop();
    this.outbox.clear();
    this.keeper.forget();
  }

  private async resumeOrCreate(): Promise<string> {
    const stored = this.keeper.token;
    if (stored === null) return this.createSession();
    try {
      const turn = await this.means.rest.history(stored);
      if (!this.stopped) this.openLine(stored, turn);
      return stored;
    } catch (failure) {
      if (failure instanceof CallFailed && failure.status === 401) return this.renew(stored);
      throw failure;
    }
  }

  private async createSession(): Promise<string> {
    const page = this.keeper.identity.page;
    const session = await this.keeper.create();
    this.pageTold = page;
    if (!this.stopped) this.openLine(session.token, session);
    return session.token;
  }

  /** A session in place of one whose token is no longer taken. Several callers get the same one. */
  private async renew(refused: string): Promise<string> {
    const token = this.keeper.token;
    if (token !== null && token !== refused) return token;
    if (token !== null) this.keeper.forget();
    this.beginning = this.createSession();
    return this.beginning;
  }

  private openLine(token: string, turn: Turn): void {
    this.running = token;
    this.completeTo = turn.messages.at(-1)?.id;
    this.listener.began(turn.messages);
    this.stand(turn);
    for (const parcel of this.outbox.all()) this.listener.resumed(parcel);
    this.socket.open(token);
  }

  private post(parcel: Parcel): Promise<Turn> {
    const { client_message_id, said } = parcel;
    return this.call((rest, token) =>
      rest.send(token, { client_message_id, said, ...this.news(parcel) }),
    );
  }

  /** The page goes along when it is another one than the server was told. */
  private news({ client_message_id }: Parcel): { page?: Page } {
    const page = this.keeper.identity.page;
    if (!page) return {};
    if (page.url === this.pageTold?.url && page.product_id === this.pageTold.product_id) return {};
    this.pagesOnTheWay.set(client_message_id, page);
    return { page };
  }

  private socketHandlers(): SocketHandlers {
    return {
      up: () => {
        void this.catchUp();
      },
      down: () => {
        this.listener.typing(null);
        this.desk.socketLost();
        void this.catchUp();
      },
      frame: (frame) => {
        this.hear(frame);
      },
    };
  }

  /**
   * Fetches what was said while nobody listened, and sends what could not be sent.
   *
   * It is also how an expired token is noticed, and where sockets are barred, the way to hear
   * anything at all: each vain attempt to open one ends here.
   */
  private async catchUp(): Promise<void> {
    const token = this.keeper.token;
    if (token === null) return;
    try {
      const turn = await this.means.rest.history(token, this.completeTo);
      if (this.stopped || token !== this.keeper.token) return;
      this.take(turn);
      this.completeTo = turn.messages.at(-1)?.id ?? this.completeTo;
      this.listener.linked(true);
      this.desk.sendLeftovers();
    } catch (failure) {
      if (this.stopped) return;
      if (failure instanceof CallFailed && failure.status === 401) {
        await this.renew(token).catch(() => undefined);
        return;
      }
      const isBusy = problemKind(failure) === "busy";
      this.listener.linked(isBusy);
      if (!isBusy) return;
      const seconds = (failure as CallFailed).retryAfter ?? BUSY_S;
      clearTimeout(this.later);
      this.later = setTimeout(() => void this.catchUp(), seconds * 1000);
    }
  }

  private hear(frame: ServerFrame): void {
    switch (frame.type) {
      case "ack":
        this.desk.acknowledge(frame.client_message_id);
        break;
      case "message":
        this.take({ ...this.standing, messages: [frame.message] });
        break;
      case "typing":
        this.listener.typing(frame.on ? frame.who : null);
        break;
      case "state":
        this.stand(frame.standing);
        break;
      case "error": {
        const { code, client_message_id: id, retry_after: seconds } = frame;
        if (code === "too_many_requests" && this.desk.tooMuch(id, seconds ?? null)) break;
        if (!this.desk.refused(frame.client_message_id)) void this.catchUp();
      }
    }
  }

  /** What came by another way than the socket. */
  take(turn: Turn): void {
    const fresh = this.listener.said(turn.messages);
    if (fresh.some((message) => message.role !== "shopper")) this.desk.answered();
    this.stand(turn);
  }

  private stand({ state, agent, queue }: Standing): void {
    this.standing = { state, ...(agent !== undefined && { agent }), ...(queue && { queue }) };
    if (state !== "bot") this.desk.release();
    this.listener.stands(this.standing);
  }
}
