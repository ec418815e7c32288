import { Beginning, type Beginner } from "./beginning";
import { Behaviour } from "./behaviour";
import { problemKind, type Problem } from "./delivery";
import { Emitter } from "./emitter";
import { Hearing, type Hearer } from "./hearing";
import { newId } from "./identifier";
import { ConversationLog } from "./log";
import { Memory, type Thumb } from "./memory";
import type { Parcel } from "./outbox";
import { ChatRest, type LeftMessage, type Utterance } from "./rest";
import type { ResolvedSettings } from "./settings";
import { Transport } from "./transport";
import { Unread } from "./unread";
import { blankView, Screen, type Surroundings, type View } from "./view";
import type { Customer, Page, QuickReply } from "./wire";

/** Another tab that began anew has its session by then. */
const ELSEWHERE_MS = 1_500;

/** The conversation as the shopper sees it. */
export class Chat implements Beginner, Hearer {
  readonly events = new Emitter();
  readonly behaviour = new Behaviour(this.events, (events) =>
    this.transport.call((rest, token) => rest.report(token, events)),
  );
  readonly screen: Screen;
  transport: Transport;
  readonly log = new ConversationLog();
  private readonly parcels = new Map<string, Parcel>();
  private readonly rest: ChatRest;
  readonly unread: Unread;
  private readonly beginning = new Beginning(this);
  private readonly unwatch: () => void;
  private memory: Memory;
  private hearing: Hearing | undefined;
  private clock: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly settings: ResolvedSettings,
    private readonly around: Surroundings,
  ) {
    this.rest = around.rest ?? new ChatRest(settings.baseUrl);
    this.transport = this.connect();
    this.memory = new Memory(around, settings.baseUrl, this.transport.prefix);
    this.screen = new Screen(this.blank(settings.open || this.memory.isOpen, settings.locale));
    this.unread = new Unread(this.screen, this.log, this.events, () => this.memory);
    this.unwatch = around.local.watch((key) => {
      this.followTab(key);
    });
  }

  get view(): View {
    return this.screen.view;
  }

  watch(watcher: () => void): () => void {
    return this.screen.watch(watcher);
  }

  /** Takes up a stored conversation; a new one begins only when the shopper opens the chat. */
  start(): void {
    if (this.view.open || this.transport.hasSession) void this.beginning.begin();
  }

  open(): void {
    if (!this.view.open) this.setOpen(true);
    void this.beginning.begin();
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
    this.screen.change({ problem: null });
    if (parcel) this.transport.retry(parcel);
    else void this.beginning.begin();
  }

  dismiss(): void {
    this.screen.change({ problem: null });
  }

  typing(on: boolean): void {
    // Only people care that someone types.
    if (this.view.state === "human" || this.view.state === "queued") this.transport.typing(on);
  }

  rate(messageId: string, value: Thumb): void {
    const before = this.view.thumbs;
    this.screen.change({ thumbs: this.memory.rate(messageId, value) });
    this.ask((rest, token) => rest.rate(token, messageId, value)).catch((failure: unknown) => {
      this.screen.change({ thumbs: this.memory.restoreThumbs(before) });
      this.fail({ kind: problemKind(failure) });
    });
  }

  /** Asks the shop something beside the conversation. The caller sees to what fails. */
  ask<T>(question: (rest: ChatRest, token: string) => Promise<T>): Promise<T> {
    return this.transport.call(question);
  }

  /** Whether chats may be learnt from: this one, and those to come until the shopper says else. */
  consent(training: boolean): void {
    this.memory.keepConsent(training);
    this.screen.change({ consent: training });
    void this.tellConsent();
  }

  /** How the conversation was, now that it is closed. */
  async grade(score: number, comment: string): Promise<void> {
    await this.ask((rest, token) => rest.grade(token, score, comment));
    this.memory.keepGraded(this.transport.sessionId ?? "");
    this.screen.change({ graded: true });
  }

  /** Leaves a message for people who are away. */
  async leaveMessage(left: LeftMessage): Promise<void> {
    this.transport.take(await this.ask((rest, token) => rest.leaveMessage(token, left)));
  }

  setUser(customer: Customer | null): void {
    const isSame = customer?.id === this.settings.customer?.id;
    this.settings.customer = customer;
    if (!isSame) this.replaceLine();
  }

  setContext(page: Page): void {
    this.settings.page = page;
    this.transport.page = page;
  }

  setLocale(locale: string): void {
    this.settings.locale = locale;
    this.transport.locale = locale;
    this.screen.change({ locale });
  }

  /** Ends this conversation for the shopper and begins another. */
  reset(): void {
    this.transport.forget();
    this.memory.clear();
    this.replaceLine();
  }

  /** Ends all connections; what is stored stays. */
  hangUp(): void {
    this.unwatch();
    clearTimeout(this.clock);
    this.beginning.stop();
    this.hearing?.end();
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

  fail(problem: Problem): void {
    this.screen.change({ problem });
    this.events.emit("error", { kind: problem.kind });
  }

  showUnsent(): void {
    for (const parcel of this.transport.unsent) {
      this.show(parcel);
      this.log.mark(parcel.client_message_id, "waiting");
    }
    this.screen.change({ entries: this.log.entries });
  }

  show(parcel: Parcel): void {
    this.parcels.set(parcel.client_message_id, parcel);
    this.log.say(parcel);
    this.screen.change({ entries: this.log.entries });
  }

  began(): void {
    this.screen.change({ graded: this.isGraded() });
    void this.tellConsent();
    const sessionId = this.transport.sessionId;
    if (sessionId !== null) this.events.emit("ready", { sessionId });
  }

  private send(said: Utterance, title: string): void {
    const created_at = new Date().toISOString();
    const parcel: Parcel = { client_message_id: newId(), said, title, created_at };
    this.show(parcel);
    this.screen.change({ problem: null });
    this.transport.say(parcel);
  }

  private setOpen(open: boolean): void {
    this.memory.isOpen = open;
    this.screen.change({ open });
    if (open) this.unread.read();
    this.events.emit(open ? "open" : "close", undefined);
  }

  /** What another tab of the same shopper has changed holds here too. */
  private followTab(key: string): void {
    const { prefix, thumbs, consent } = this.memory;
    if (key === `${prefix}read`) this.unread.follow();
    else if (key === `${prefix}thumbs`) this.screen.change({ thumbs });
    else if (key === `${prefix}consent`) this.screen.change({ consent });
    else if (key === `${prefix}graded`) this.screen.change({ graded: this.isGraded() });
    else if (key === `${prefix}session`) this.followSession();
  }

  private followSession(): void {
    if (this.transport.isElsewhere) {
      this.replaceLine({ starts: this.transport.hasSession });
      // Should the other tab begin none, this one must not stay blank.
      clearTimeout(this.clock);
      this.clock = setTimeout(this.start.bind(this), ELSEWHERE_MS);
    } else if (this.transport.hasSession && !this.transport.isRunning) {
      this.start();
    }
  }

  private replaceLine({ starts = true } = {}): void {
    this.beginning.forget();
    this.transport.stop();
    this.log.clear();
    this.parcels.clear();
    this.transport = this.connect();
    this.memory = new Memory(this.around, this.settings.baseUrl, this.transport.prefix);
    this.screen.change(this.blank(this.view.open, this.view.locale));
    if (starts) this.start();
  }

  private blank(open: boolean, locale: string): View {
    const { thumbs, consent } = this.memory;
    return blankView({ open, locale, thumbs, consent, signedIn: this.settings.customer !== null });
  }

  private connect(): Transport {
    const { baseUrl, locale, customer, page } = this.settings;
    const { local: shelf, makeSocket } = this.around;
    const means = { baseUrl, rest: this.rest, shelf, ...(makeSocket && { makeSocket }) };
    this.hearing?.end();
    this.hearing = new Hearing(this);
    return new Transport(means, { locale, customer, page }, this.hearing);
  }

  private isGraded(): boolean {
    return this.memory.graded !== null && this.memory.graded === this.transport.sessionId;
  }

  /** Each conversation is told once; where that fails, with the next visit. */
  private async tellConsent(): Promise<void> {
    const { memory } = this;
    const about = `${this.transport.sessionId}:${memory.consent}`;
    if (memory.consent === null || memory.consentTold === about) return;
    const training = memory.consent;
    try {
      await this.ask((rest, token) => rest.consent(token, training));
      memory.consentTold = about;
    } catch (failure) {
      this.events.emit("error", { kind: problemKind(failure) });
    }
  }
}
