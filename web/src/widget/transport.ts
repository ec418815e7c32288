import { DeliveryDesk, problemKind, type Problem } from "./delivery";
import type { Delivery } from "./log";
import { Outbox, type Parcel } from "./outbox";
import { CallFailed, type ChatRest } from "./rest";
import { SessionKeeper, type Identity } from "./session";
import { ChatSocket, type SocketHandlers } from "./socket";
import type { Shelf } from "./storage";
import type { ConversationState, Message, Page, ServerFrame, ShopEvent, Turn } from "./wire";

/** What the transport tells the conversation on the screen. */
export interface Listener {
  /** A session began, with its first messages; what was shown before belongs to another one. */
  began(messages: Message[]): void;
  /** Unsent messages of an earlier visit are on their way again. */
  resumed(parcel: Parcel): void;
  /** Returns those of the messages that were not known before. */
  said(messages: Message[]): Message[];
  state(state: ConversationState): void;
  typing(who: "bot" | "agent" | null): void;
  waiting(on: boolean): void;
  delivery(clientMessageId: string, delivery: Delivery): void;
  linked(on: boolean): void;
  failed(problem: Problem): void;
}

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
  private state: ConversationState = "bot";
  private beginning: Promise<string> | null = null;
  /** Up to here nothing is missing. Frames do not move it: some may have been lost before them. */
  private completeTo: string | undefined;
  /** The page the server was last told of, and the one each message on its way tells of. */
  private pageTold: Page | null = null;
  private readonly pagesOnTheWay = new Map<string, Page>();
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
        bySocket: (parcel) =>
          this.socket.send({
            type: "message",
            client_message_id: parcel.client_message_id,
            ...parcel.said,
            ...this.news(parcel),
          }),
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
      () => this.state === "bot",
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

  async rate(messageId: string, value: "up" | "down"): Promise<void> {
    const token = await this.begin();
    await this.means.rest.rate(token, messageId, value);
  }

  async report(events: ShopEvent[]): Promise<void> {
    await this.withToken((token) => this.means.rest.report(token, events));
  }

  /** Hangs up; the session stays stored. */
  stop(): void {
    this.stopped = true;
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
    this.completeTo = turn.messages.at(-1)?.id;
    this.listener.began(turn.messages);
    this.setState(turn.state);
    for (const parcel of this.outbox.all()) this.listener.resumed(parcel);
    this.socket.open(token);
  }

  private async withToken<T>(call: (token: string) => Promise<T>): Promise<T> {
    const token = await this.begin();
    try {
      return await call(token);
    } catch (failure) {
      if (!(failure instanceof CallFailed && failure.status === 401)) throw failure;
      return call(await this.renew(token));
    }
  }

  private post(parcel: Parcel): Promise<Turn> {
    const { client_message_id, said } = parcel;
    return this.withToken((token) =>
      this.means.rest.send(token, { client_message_id, said, ...this.news(parcel) }),
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
      } else {
        this.listener.linked(problemKind(failure) === "busy");
      }
    }
  }

  private hear(frame: ServerFrame): void {
    switch (frame.type) {
      case "ack":
        this.desk.acknowledge(frame.client_message_id);
        break;
      case "message":
        this.take({ state: this.state, messages: [frame.message] });
        break;
      case "typing":
        this.listener.typing(frame.on ? frame.who : null);
        break;
      case "state":
        this.setState(frame.state);
        break;
      case "error":
        if (!this.desk.refused(frame.client_message_id)) void this.catchUp();
    }
  }

  private take(turn: Turn): void {
    const fresh = this.listener.said(turn.messages);
    if (fresh.some((message) => message.role !== "shopper")) this.desk.answered();
    this.setState(turn.state);
  }

  private setState(state: ConversationState): void {
    this.state = state;
    if (state !== "bot") this.desk.release();
    this.listener.state(state);
  }
}
