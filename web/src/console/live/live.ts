import type { QueryClient } from "@tanstack/react-query";
import type { StaffApi } from "../api";
import { keys } from "../keys";
import type { Language } from "../words";
import type {
  ConversationList,
  Counts,
  Detail,
  Note,
  ServerFrame,
  StaffMessage,
  Summary,
  User,
} from "../wire";
import type { CorrectedFrame } from "../ui/corrections/wire";
import { callAttention, countInTitle } from "./attention";
import { bringsTag, merge, place, Tidings, type Pages } from "./cache";
import { Outbox, shelfPrefix, type Parcel } from "./outbox";
import { Signal } from "./signal";
import { belongs, type Selection } from "./selection";
import { StaffSocket, socketAddress } from "./socket";
import { Typing } from "./typing";

export type Link = "connecting" | "up" | "down";

export interface LiveParts {
  api: StaffApi;
  cache: QueryClient;
  user: User;
  language: () => Language;
  open: (conversationId: string) => void;
  signedOut: () => void;
}

/** How long news may gather before what hangs on them is asked for again. */
const SETTLE_MS = 1_200;

/** Everything that arrives by itself, put where the screens look for it. */
export class Live {
  readonly typing = new Typing();
  readonly link = new Signal<Link>("connecting");
  readonly counts = new Signal<Counts | null>(null);
  readonly corrected = new Signal<CorrectedFrame | null>(null);
  readonly outbox: Outbox;
  private readonly socket: StaffSocket;
  private readonly tidings = new Tidings();
  private readonly unread = new Map<string, number>();
  private readonly settling = new Map<string, ReturnType<typeof setTimeout>>();
  /** Messages that were called out: each comes again once it is understood. */
  private readonly rung = new Set<string>();
  private viewing: string | null = null;
  private wasUp = false;

  constructor(private readonly parts: LiveParts) {
    this.outbox = new Outbox(
      {
        send: (parcel) => this.post(parcel),
        delivered: (parcel, message) => {
          this.addMessages(parcel.conversation_id, [message]);
        },
      },
      localStorage,
      shelfPrefix(parts.user.id),
    );
    this.socket = new StaffSocket(socketAddress(location), () => parts.api.csrfToken, {
      up: () => {
        this.cameUp();
      },
      down: () => {
        this.link.set("down");
      },
      refused: parts.signedOut,
      frame: (frame) => {
        this.take(frame);
      },
    });
  }

  start(): void {
    this.socket.open();
    this.outbox.hurry();
  }

  stop(): void {
    this.socket.close();
    for (const clock of this.settling.values()) clearTimeout(clock);
    countInTitle(0);
  }

  /** Which conversation is on the screen; null for none. */
  view(conversationId: string | null): void {
    this.viewing = conversationId;
  }

  sayTyping(conversationId: string, on: boolean): void {
    this.socket.send({ type: "typing", conversation_id: conversationId, on });
  }

  /** When an answer that is being asked for now was asked for. */
  asking(): number {
    return this.tidings.start();
  }

  /** The list as answered, with what was heard while it was on its way. */
  settleList(answer: ConversationList, selection: Selection, since: number): ConversationList {
    const me = this.parts.user.id;
    const heard = this.tidings.since(since);
    const conversations = answer.conversations
      .map((summary) => this.tidings.newer(summary, since))
      .filter((summary) => belongs(summary, selection, me) ?? true);
    const missing = heard.filter(
      (summary) =>
        belongs(summary, selection, me) === true &&
        !conversations.some(({ id }) => id === summary.id),
    );
    for (const summary of conversations) this.noteUnread(summary);
    if (heard.length === 0) this.setCounts(answer.counts);
    return { ...answer, conversations: [...missing, ...conversations] };
  }

  settleDetail(answer: Detail, since: number): Detail {
    const { id } = answer.conversation;
    this.addMessages(id, answer.messages);
    return { ...answer, conversation: this.tidings.newer(answer.conversation, since) };
  }

  /** A conversation as it is now, from the socket or from what we just did. */
  hear(summary: Summary): void {
    this.tidings.hear(summary);
    this.noteUnread(summary);
    const { cache, user } = this.parts;
    for (const [key] of cache.getQueriesData<Pages>({ queryKey: keys.lists })) {
      const selection = key[1] as Selection;
      cache.setQueryData<Pages>(key, (pages) => pages && place(pages, summary, selection, user.id));
    }
    cache.setQueryData<Detail>(
      keys.detail(summary.id),
      (detail) => detail && { ...detail, conversation: summary },
    );
    if (bringsTag(cache, summary)) void cache.invalidateQueries({ queryKey: keys.tags });
  }

  addMessages(conversationId: string, messages: readonly StaffMessage[]): void {
    this.parts.cache.setQueryData<StaffMessage[]>(keys.messages(conversationId), (known = []) =>
      merge(known, messages),
    );
  }

  addNote(conversationId: string, note: Note): void {
    this.parts.cache.setQueryData<Detail>(
      keys.detail(conversationId),
      (detail) =>
        detail && {
          ...detail,
          notes: [...detail.notes.filter(({ id }) => id !== note.id), note],
        },
    );
  }

  private take(frame: ServerFrame): void {
    switch (frame.type) {
      case "ready":
      case "counts":
        this.setCounts(frame.counts);
        break;
      case "message":
        this.takeMessage(frame.conversation_id, frame.message);
        break;
      case "conversation":
        this.takeConversation(frame.conversation);
        break;
      case "typing":
        // Whoever writes need not be told so.
        if (frame.who !== "agent" || !this.isMine(frame.conversation_id)) this.typing.take(frame);
        break;
      case "note":
        this.addNote(frame.conversation_id, frame.note);
        break;
      case "corrected":
        this.corrected.set(frame);
        break;
      case "pong":
        break;
      case "error":
        console.warn(`the shop refused a frame: ${frame.code}`);
    }
  }

  private takeMessage(id: string, message: StaffMessage): void {
    const known = this.parts.cache.getQueryData<StaffMessage[]>(keys.messages(id));
    const isNew = !known?.some((one) => one.id === message.id);
    const isOwn = message.role === "agent" && message.author === this.parts.user.name;
    // The frame may be quicker than the answer to sending, and carries no id to know the parcel by.
    const isComing = isOwn && this.outbox.isSending(id, message.text);
    // A conversation that was never opened here is read whole when it is.
    if (known && !isComing) this.addMessages(id, [message]);
    if (message.role === "shopper" || message.role === "bot" || message.role === "agent") {
      this.typing.end(id, message.role);
    }
    this.refreshSoon(id, message.role);
    const mine = this.isMine(id);
    const seen = this.viewing === id && !document.hidden;
    if (isNew && message.role === "shopper" && mine && !seen && !this.rung.has(message.id)) {
      this.rung.add(message.id);
      this.call(id, message.text);
    }
  }

  private takeConversation(summary: Summary): void {
    const before = this.find(summary.id);
    this.hear(summary);
    const isFresh = before ? before.state !== "queued" : summary.unread > 0;
    if (summary.state === "queued" && isFresh) {
      this.call(summary.id, summary.preview?.text ?? "", true);
    }
  }

  private call(id: string, text: string, waits = false): void {
    const { say } = this.parts.language();
    const name = this.find(id)?.customer?.name ?? say("guest");
    callAttention({
      about: id,
      title: waits ? say("call.waits", { name }) : say("call.wrote", { name }),
      body: text,
      open: () => {
        this.parts.open(id);
      },
    });
  }

  private isMine(id: string): boolean {
    return this.find(id)?.owner?.id === this.parts.user.id;
  }

  private find(id: string): Summary | undefined {
    const { cache } = this.parts;
    const detail = cache.getQueryData<Detail>(keys.detail(id));
    if (detail) return detail.conversation;
    for (const [, pages] of cache.getQueriesData<Pages>({ queryKey: keys.lists })) {
      for (const page of pages?.pages ?? []) {
        const found = page.conversations.find((one) => one.id === id);
        if (found) return found;
      }
    }
    return undefined;
  }

  /** What hangs on what was said: the takeover card, and what to answer. */
  private refreshSoon(id: string, role: StaffMessage["role"]): void {
    const { cache } = this.parts;
    if (this.viewing !== id || role === "system" || role === "agent") return;
    clearTimeout(this.settling.get(id));
    this.settling.set(
      id,
      setTimeout(() => {
        void cache.invalidateQueries({ queryKey: keys.detail(id) });
        if (role === "shopper") void cache.invalidateQueries({ queryKey: keys.suggestions(id) });
      }, SETTLE_MS),
    );
  }

  private cameUp(): void {
    this.link.set("up");
    this.outbox.hurry();
    // What was said while the line was down is in no frame.
    if (this.wasUp) {
      const { cache } = this.parts;
      void cache.invalidateQueries({ queryKey: keys.lists });
      void cache.invalidateQueries({ queryKey: keys.details });
    }
    this.wasUp = true;
  }

  private noteUnread(summary: Summary): void {
    const mine = summary.owner?.id === this.parts.user.id && summary.state !== "closed";
    if (mine && summary.unread > 0) this.unread.set(summary.id, summary.unread);
    else this.unread.delete(summary.id);
    this.showCount();
  }

  private setCounts(counts: Counts): void {
    this.counts.set(counts);
    this.showCount();
  }

  private showCount(): void {
    let waiting = this.counts.get()?.queued ?? 0;
    for (const unread of this.unread.values()) waiting += unread;
    countInTitle(waiting);
  }

  private post(parcel: Parcel): Promise<StaffMessage> {
    return this.parts.api.post<StaffMessage>(`/conversations/${parcel.conversation_id}/messages`, {
      text: parcel.text,
      cards: parcel.cards.map((card) => card.product_id),
      client_message_id: parcel.client_message_id,
    });
  }
}
