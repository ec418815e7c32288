// Development only: the chat API in memory. A few words make it misbehave on purpose.
import { randomUUID } from "node:crypto";
import { products } from "./catalogue.js";

const DELAY_MS = 500;

/**
 * @typedef {object} DevSession
 * @property {string} session_id
 * @property {string} token
 * @property {"bot" | "queued" | "human" | "closed"} state
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
    this.nextId = 1;
  }

  /** Null when the customer's signature is wrong. */
  createSession({ customer, page } = {}) {
    if (customer && customer.signature !== `signed:${customer.id}`) return null;
    const session = {
      session_id: randomUUID(),
      token: randomUUID(),
      state: "bot",
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
    return { state: session.state, messages: session.messages.slice(from) };
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
    if (session.state !== "bot") return { state: session.state, messages: [] };
    this.tell(session, { type: "typing", who: "bot", on: true });
    await new Promise((done) => setTimeout(done, /slow/i.test(words) ? 25_000 : this.delay));
    const messages = this.compose(session, words).map((part) => this.add(session, part));
    this.tell(session, { type: "typing", who: "bot", on: false });
    if (/person/i.test(words)) this.handOver(session);
    return { state: session.state, messages };
  }

  compose(session, words) {
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
        cards: picked.map((product, at) => ({
          product_id: product.id,
          title: product.title,
          brand: product.brand,
          category: product.category,
          price: product.price,
          ...(product.list_price && { list_price: product.list_price }),
          image_url: at === 4 ? "/media/missing.png" : product.image_url,
          url: `/products/${product.id}`,
          rating: product.rating,
          availability: product.availability,
          reason: [
            "Because you looked at rain gear twice this week.",
            "A favourite this month, and inside your budget.",
            "Rated 4.6 by 122 people.",
            "Goes with the chair you bought in March.",
            "New this week.",
          ][at],
          ranking_id: "ranking-1",
        })),
        quick_replies: this.offer(session, [
          "Show more",
          "Something cheaper",
          "Only what's in stock",
        ]),
      },
    ];
  }

  handOver(session) {
    this.setState(session, "queued");
    setTimeout(() => {
      this.setState(session, "human");
      this.tell(session, { type: "typing", who: "agent", on: true });
      setTimeout(() => {
        const text = "Hello, Priya here from the shop. I have read what you wrote. How can I help?";
        this.add(session, { role: "agent", author: "Priya Nair", text });
      }, this.delay * 2);
    }, this.delay * 4);
  }

  setState(session, state) {
    session.state = state;
    this.tell(session, { type: "state", state });
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
