// Development only: the chat API in memory. A few words make it misbehave on purpose.
import { randomUUID } from "node:crypto";
import { compareThree, makeCard, products } from "./catalogue.js";
import { aPortrait } from "./portrait.js";

const DELAY_MS = 500;

/**
 * @typedef {object} DevSession
 * @property {string} session_id
 * @property {string} token
 * @property {"bot" | "queued" | "human" | "closed"} state
 * @property {string | null} agent
 * @property {unknown} queue
 * @property {{ lines: Record<string, unknown>[], orders: number }} portrait
 * @property {Record<string, unknown>} outreach
 * @property {number} wasBusy
 * @property {unknown} page
 * @property {{ id: string, role: string, text: string }[]} messages
 * @property {Map<string, Promise<unknown>>} answers
 * @property {Map<string, string>} payloads
 * @property {Set<(frame: unknown) => void>} listeners
 */

export class DevChat {
  constructor({ delay = DELAY_MS } = {}) {
    this.delay = delay;
    /** @type {Map<string, DevSession>} */
    this.sessions = new Map();
    /** @type {unknown[]} */
    this.events = [];
    /** @type {unknown[]} */
    this.ratings = [];
    /** @type {unknown[]} */
    this.grades = [];
    /** @type {boolean[]} */
    this.consents = [];
    this.nextId = 1;
  }

  /** Null when the customer's signature is wrong. */
  createSession({ customer, page } = {}) {
    if (customer && customer.signature !== `signed:${customer.id}`) return null;
    const session = {
      session_id: randomUUID(),
      token: randomUUID(),
      state: "bot",
      agent: null,
      queue: null,
      portrait: customer ? aPortrait() : { lines: [], orders: 0 },
      outreach: { alerts: true, orders: false, carts: false, quiet_from: null, quiet_to: null },
      wasBusy: 0,
      page,
      messages: [],
      answers: new Map(),
      payloads: new Map(),
      listeners: new Set(),
    };
    this.sessions.set(session.token, session);
    this.add(session, {
      role: "bot",
      text: "Hi, I'm the shop's **AI assistant**. Tell me what you are after and I will look.",
      quick_replies: this.offer(session, [
        "Show me what's new",
        "Help me find a gift",
        "Talk to a person",
      ]),
    });
    return session;
  }

  history(session, after) {
    const from = session.messages.findIndex((message) => message.id === after) + 1;
    return { ...this.standing(session), messages: session.messages.slice(from) };
  }

  standing({ state, agent, queue }) {
    return { state, agent, queue };
  }

  /**
   * @param {DevSession} session
   * @param {{ text?: string, payload?: string, page?: unknown }} frame
   * @returns {string | null} The shopper's words; null for a payload that was never issued or words of a
   *   wrong length.
   */
  read(session, { text, payload }) {
    const words = payload === undefined ? text : session.payloads.get(payload);
    const isFit =
      typeof words === "string" && words.trim() !== "" && Array.from(words).length <= 2000;
    return isFit ? words : null;
  }

  /** "busy" is refused once; what comes within the same second is refused with it. */
  isTooMuch(session, words) {
    if (/busy/i.test(words) && !session.wasBusy) session.wasBusy = Date.now();
    return Date.now() - session.wasBusy < 900;
  }

  /** Answers once per client_message_id. `hear` gets each frame as it happens. */
  async take(session, words, clientMessageId) {
    const known = session.answers.get(clientMessageId);
    if (known) return known;
    const answer = this.answer(session, words, clientMessageId);
    session.answers.set(clientMessageId, answer);
    return answer;
  }

  async answer(session, words, clientMessageId) {
    this.add(session, { role: "shopper", text: words, client_message_id: clientMessageId });
    if (/goodbye/i.test(words)) this.stand(session, { state: "closed" });
    if (session.state === "queued" && /person/i.test(words)) this.join(session);
    if (session.state !== "bot") return { ...this.standing(session), messages: [] };
    this.tell(session, { type: "typing", who: "bot", on: true });
    await new Promise((done) => setTimeout(done, /slow/i.test(words) ? 25_000 : this.delay));
    const messages = this.compose(session, words).map((part) => this.add(session, part));
    this.tell(session, { type: "typing", who: "bot", on: false });
    if (/night/i.test(words)) this.wait(session);
    else if (/in line/i.test(words)) this.line(session);
    else if (/person/i.test(words)) this.handOver(session);
    return { ...this.standing(session), messages };
  }

  compose(session, words) {
    if (/compare/i.test(words)) return [compareThree()];
    if (/person/i.test(words)) {
      return [{ role: "bot", text: "Of course. I am asking someone from the team to join." }];
    }
    if (/html/i.test(words)) {
      return [
        {
          role: "bot",
          text: `<img src=x onerror=alert(1)> <b>no</b> **yes** https://example.com/a?b=1.`,
        },
      ];
    }
    const one = /one|this/i.test(words);
    const picked = products.filter((_, at) => at % 7 === 1).slice(0, one ? 1 : 5);
    return [
      {
        role: "bot",
        text: one
          ? "This is the one I would take:"
          : "Here are a few that fit. All of them can be with you by Friday.",
        cards: picked.map((product, at) => makeCard(product, at)),
        quick_replies: this.offer(session, [
          "Show more",
          "Something cheaper",
          "Only what's in stock",
        ]),
      },
    ];
  }

  /** Nobody is there: a message may be left. */
  wait(session) {
    const opens = new Date(Date.now() + 9 * 3_600_000);
    opens.setMinutes(0, 0, 0);
    const queue = { position: 1, open: false, opens_at: opens.toISOString(), may_leave: true };
    this.stand(session, { state: "queued", queue });
  }

  leave(session, { text }) {
    this.add(session, { role: "shopper", text });
    this.add(session, { role: "system", text: "Your message is with our team." });
    this.stand(session, { state: "bot" });
    return { ...this.standing(session), messages: session.messages.slice(-2) };
  }

  /** As the shopper wants it; the changed portrait. */
  correct(session, { topic, key, step, value }) {
    const lines = session.portrait.lines.flatMap((line) => {
      if (line.topic !== topic || line.key !== key) return [line];
      if (step === "correct") return [{ ...line, key: value, name: value }];
      if (step === "avoid") return [{ ...line, topic: "avoided", steps: ["forget"] }];
      return step === "like" ? [{ ...line, topic: "liked", steps: ["forget"] }] : [];
    });
    session.portrait = { ...session.portrait, lines };
    return session.portrait;
  }

  transcript(session) {
    return session.messages.map(({ role, text }) => `${role}: ${text}`).join("\n\n");
  }

  /** In the line for a person, for as long as nobody asks again. */
  line(session) {
    this.stand(session, { state: "queued", queue: { position: 2, open: true, may_leave: false } });
  }

  handOver(session) {
    this.line(session);
    setTimeout(() => {
      this.join(session);
    }, this.delay * 4);
  }

  join(session) {
    this.stand(session, { state: "human", agent: "Priya Nair" });
    this.add(session, { role: "system", text: "Priya Nair has joined the conversation." });
    this.tell(session, { type: "typing", who: "agent", on: true });
    setTimeout(() => {
      const text = "Hello, Priya here from the shop. I have read what you wrote. How can I help?";
      this.add(session, { role: "agent", author: "Priya Nair", text });
    }, this.delay * 2);
  }

  stand(session, { state, agent = null, queue = null }) {
    Object.assign(session, { state, agent, queue });
    this.tell(session, { type: "state", ...this.standing(session) });
  }

  offer(session, titles) {
    return titles.map((title) => {
      const payload = randomUUID();
      session.payloads.set(payload, title);
      return { title, payload };
    });
  }

  /**
   * @param {DevSession} session
   * @param {object} part
   */
  add(session, part) {
    const message = {
      ...{ id: String(this.nextId++), cards: [], quick_replies: [] },
      ...part,
      created_at: new Date().toISOString(),
    };
    session.messages.push(message);
    this.tell(session, { type: "message", message });
    return message;
  }

  tell(session, frame) {
    for (const listener of session.listeners) listener(frame);
  }
}
