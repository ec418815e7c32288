import { Behaviour } from "./behaviour";
import { problemKind, type Problem, type ProblemKind } from "./delivery";
import { Emitter } from "./emitter";
import { newId } from "./identifier";
import { ConversationLog } from "./log";
import { Memory, type Thumb } from "./memory";
import type { Parcel } from "./outbox";
import { ChatRest, type Utterance } from "./rest";
import { Retry } from "./retry";
import type { ResolvedSettings } from "./settings";
import { Transport, type Listener } from "./transport";
import { blankView, type Surroundings, type View } from "./view";
import type { Customer, Message, Page, QuickReply } from "./wire";

/** The conversation as the shopper sees it. */
export class Chat {
  readonly events = new Emitter();
  readonly behaviour = new Behaviour(this.events, (events) => this.transport.report(events));
  private readonly log = new ConversationLog();
  private readonly parcels = new Map<string, Parcel>();
  private readonly watchers = new Set<() => void>();
  private readonly rest: ChatRest;
  private transport: Transport;
  private memory: Memory;
  private heard: "bot" | "agent" | null = null;
  private expecting = false;
  private readonly retrying = new Retry(() => void this.begin());
  view: View;

  constructor(
    private readonly settings: ResolvedSettings,
    private readonly around: Surroundings,
  ) {
    this.rest = around.rest ?? new ChatRest(settings.baseUrl);
    this.transport = this.connect();
    this.memory = new Memory(around, settings.baseUrl, this.transport.prefix);
    const open = settings.open || this.memory.isOpen;
    this.view = blankView({ open, locale: settings.locale, thumbs: this.memory.thumbs });
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Takes up a stored conversation; a new one begins only when the shopper opens the chat. */
  start(): void {
    if (this.view.open || this.transport.hasSession) void this.begin();
  }

  open(): void {
    if (!this.view.open) this.setOpen(true);
    void this.begin();
  }

  close(): void {
    if (this.view.open) this.setOpen(false);
  }

  say(text: string): void {
    const words = text.trim();
    if (words) this.send({ text: words }, words);
  }

  choose(reply: QuickReply): void {
    this.send({ payload: reply.payload }, reply.title);
  }

  /** Again what did not work: the message, or the whole connection. */
  retry(): void {
    const parcel = this.parcels.get(this.view.problem?.client_message_id ?? "");
    this.change({ problem: null });
    if (parcel) this.transport.retry(parcel);
    else void this.begin();
  }

  dismiss(): void {
    this.change({ problem: null });
  }

  typing(on: boolean): void {
    // Only people care that someone types.
    if (this.view.state === "human" || this.view.state === "queued") this.transport.typing(on);
  }

  rate(messageId: string, value: Thumb): void {
    const before = this.view.thumbs;
    this.change({ thumbs: this.memory.rate(messageId, value) });
    this.transport.rate(messageId, value).catch((failure: unknown) => {
      this.change({ thumbs: this.memory.restoreThumbs(before) });
      this.fail({ kind: problemKind(failure) });
    });
  }

  setUser(customer: Customer | null): void {
    const isSame = customer?.id === this.settings.customer?.id;
    this.settings.customer = customer;
    if (isSame) return;
    this.replaceLine();
  }

  setContext(page: Page): void {
    this.settings.page = page;
    this.transport.page = page;
  }

  setLocale(locale: string): void {
    this.settings.locale = locale;
    this.transport.locale = locale;
    this.change({ locale });
  }

  /** Ends this conversation for the shopper and begins another. */
  reset(): void {
    this.transport.forget();
    this.memory.clear();
    this.replaceLine();
  }

  /** Ends all connections; what is stored stays. */
  hangUp(): void {
    this.retrying.pause();
    this.transport.stop();
  }

  get baseUrl(): string {
    return this.settings.baseUrl;
  }

  get draft(): string {
    return this.memory.draft;
  }

  set draft(text: string) {
    this.memory.draft = text;
  }

  private send(said: Utterance, title: string): void {
    const parcel: Parcel = {
      client_message_id: newId(),
      said,
      title,
      created_at: new Date().toISOString(),
    };
    this.show(parcel);
    this.change({ problem: null });
    this.transport.say(parcel);
  }

  private show(parcel: Parcel): void {
    this.parcels.set(parcel.client_message_id, parcel);
    this.log.say(parcel);
    this.change({ entries: this.log.entries });
  }

  private async begin(): Promise<void> {
    const transport = this.transport;
    const isNew = this.view.entries.length === 0;
    this.retrying.pause();
    this.change({ starting: isNew, problem: null });
    try {
      await transport.begin();
      this.retrying.succeeded();
    } catch (failure) {
      if (transport === this.transport) this.beginLater(problemKind(failure));
    } finally {
      if (transport === this.transport) this.change({ starting: false });
    }
  }

  /** A shop that cannot be reached is asked again; what was not sent is shown meanwhile. */
  private beginLater(kind: ProblemKind): void {
    if (kind !== "offline") {
      this.fail({ kind });
      return;
    }
    for (const parcel of this.transport.unsent) {
      this.show(parcel);
      this.log.mark(parcel.client_message_id, "waiting");
    }
    this.change({ entries: this.log.entries, linked: false });
    this.retrying.later();
    // Whoever opens the chat for the first time sees nothing else.
    if (!this.transport.hasSession || this.retrying.isWorrying) this.fail({ kind });
  }

  private setOpen(open: boolean): void {
    this.memory.isOpen = open;
    this.change({ open });
    if (open) this.read();
    this.events.emit(open ? "open" : "close", undefined);
  }

  private replaceLine(): void {
    this.retrying.succeeded();
    this.transport.stop();
    this.log.clear();
    this.parcels.clear();
    this.heard = null;
    this.expecting = false;
    this.transport = this.connect();
    this.memory = new Memory(this.around, this.settings.baseUrl, this.transport.prefix);
    const { open, locale } = this.view;
    this.change(blankView({ open, locale, thumbs: this.memory.thumbs }));
    this.start();
  }

  private connect(): Transport {
    const { baseUrl, locale, customer, page } = this.settings;
    const { local: shelf, makeSocket } = this.around;
    const means = { baseUrl, rest: this.rest, shelf, ...(makeSocket && { makeSocket }) };
    return new Transport(means, { locale, customer, page }, this.listener());
  }

  private listener(): Listener {
    return {
      began: (messages) => {
        this.log.restart(messages);
        this.count();
        const sessionId = this.transport.sessionId;
        if (sessionId !== null) this.events.emit("ready", { sessionId });
      },
      resumed: this.show.bind(this),
      said: this.hear.bind(this),
      state: (state) => {
        if (state === this.view.state) return;
        this.heard = null;
        this.change({ state, typing: this.typist(state) });
        this.events.emit("state", { state });
      },
      typing: (who) => {
        this.heard = who;
        this.change({ typing: this.typist() });
      },
      waiting: (on) => {
        this.expecting = on;
        this.change({ typing: this.typist() });
      },
      delivery: (id, delivery) => {
        this.log.mark(id, delivery);
        const settled = delivery !== "failed" && this.view.problem?.client_message_id === id;
        this.change({ entries: this.log.entries, ...(settled && { problem: null }) });
      },
      linked: (linked) => {
        // What concerned the connection alone is over when it is back.
        const { problem } = this.view;
        const over = linked && problem?.kind === "offline";
        this.change({ linked, ...(over && { problem: null }) });
      },
      failed: this.fail.bind(this),
    };
  }

  private hear(messages: Message[]): Message[] {
    const fresh = this.log.merge(messages);
    const answers = fresh.filter((message) => message.role !== "shopper");
    if (answers.length > 0) {
      this.heard = null;
      const late = this.view.problem?.kind === "slow";
      this.change({ typing: this.typist(), ...(late && { problem: null }) });
    }
    this.count();
    for (const message of answers) this.events.emit("message", { message });
    return fresh;
  }

  private typist(state = this.view.state): "bot" | "agent" | null {
    return this.heard ?? (this.expecting && state === "bot" ? "bot" : null);
  }

  private count(): void {
    this.change({ entries: this.log.entries });
    if (this.view.open) {
      this.read();
      return;
    }
    const unread = this.memory.countUnread(this.log.entries.map((line) => line.message));
    if (unread === this.view.unread) return;
    this.change({ unread });
    this.events.emit("unread", { count: unread });
  }

  private read(): void {
    if (this.log.lastId !== undefined) this.memory.lastRead = this.log.lastId;
    if (this.view.unread === 0) return;
    this.change({ unread: 0 });
    this.events.emit("unread", { count: 0 });
  }

  private fail(problem: Problem): void {
    this.change({ problem });
    this.events.emit("error", { kind: problem.kind });
  }

  private change(part: Partial<View>): void {
    this.view = { ...this.view, ...part };
    for (const watcher of this.watchers) watcher();
  }
}
