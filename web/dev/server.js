// Development only: serves dist/ and the chat API in memory. `npm run dev`, PORT to choose a port.
// Said to the chat, "drop" cuts the socket, "silent" is never acknowledged, "down" answers 500,
// "slow" takes 25 s, "busy" is refused with 429 for a second, "in line" queues, "person" hands over,
// "night" finds nobody there, "goodbye" closes, "compare" answers with a table, "html" with markup.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { WebSocketServer } from "ws";
import { demo, describe, find, products } from "./catalogue.js";
import { DevChat } from "./chat.js";
import { drawProduct } from "./drawings.js";

const DIST = join(process.env.DIST ?? join(import.meta.dirname, "../dist"), "/");
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".woff2": "font/woff2",
  ".svg": "image/svg+xml",
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'";

export function makeServer({ chat = new DevChat(), sockets = true, customers = true } = {}) {
  const server = createServer((request, response) => {
    route(chat, { customers }, request, response).catch((failure) => {
      console.error(failure);
      response.writeHead(500).end();
    });
  });
  if (sockets) {
    const wss = new WebSocketServer({ server, path: "/api/chat/ws" });
    wss.on("connection", (socket) => {
      converse(chat, socket);
    });
    // Node forgets a connection once it has become a socket.
    const closeRequests = server.closeAllConnections.bind(server);
    server.closeAllConnections = () => {
      for (const socket of wss.clients) socket.terminate();
      closeRequests();
    };
  }
  return server;
}

async function route(chat, { customers }, request, response) {
  const url = new URL(request.url, "http://localhost");
  const { pathname } = url;
  const reply = (status, body, type = "application/json") => {
    const wait = status === 429 ? { "Retry-After": "1" } : {};
    response.writeHead(status, { "Content-Type": type, ...wait });
    response.end(type === "text/plain" ? body : body === undefined ? "" : JSON.stringify(body));
  };
  if (pathname === "/api/chat/sessions") {
    const session = chat.createSession(await readBody(request));
    if (!session) return reply(401, { detail: "signature" });
    const { session_id, token, messages } = session;
    return reply(201, { session_id, token, ...chat.standing(session), messages });
  }
  if (pathname === "/api/chat/telegram") {
    return reply(200, { available: true, url: "https://t.me/maple_and_main_bot" });
  }
  if (pathname.startsWith("/api/chat/") || pathname === "/api/events") {
    const session = chat.sessions.get(request.headers.authorization?.replace("Bearer ", ""));
    if (!session) return reply(401, { detail: "token" });
    return routeSession(chat, session, url, request, reply);
  }
  if (pathname === "/api/demo") return reply(200, customers ? demo : { ...demo, customers: [] });
  if (pathname === "/api/demo/products") {
    const found = find(Object.fromEntries(url.searchParams));
    const offset = Number(url.searchParams.get("offset") ?? 0);
    const limit = Number(url.searchParams.get("limit") ?? 24);
    return reply(200, { products: found.slice(offset, offset + limit), total: found.length });
  }
  if (pathname.startsWith("/api/demo/products/")) {
    const product = products.find(({ id }) => id === pathname.split("/").at(-1));
    return product ? reply(200, describe(product)) : reply(404, { detail: "product" });
  }
  if (pathname.startsWith("/media/")) {
    const product = products.find(({ id }) => pathname === `/media/${id}.svg`);
    if (!product) return reply(404);
    response.writeHead(200, { "Content-Type": TYPES[".svg"] }).end(drawProduct(product.drawing));
    return undefined;
  }
  return sendFile(pathname, response);
}

async function routeSession(chat, session, url, request, reply) {
  if (request.method === "GET") {
    if (url.pathname.endsWith("/portrait")) return reply(200, session.portrait);
    if (url.pathname.endsWith("/outreach")) return reply(200, session.outreach);
    if (url.pathname.endsWith("/transcript"))
      return reply(200, chat.transcript(session), "text/plain");
    return reply(200, chat.history(session, url.searchParams.get("after")));
  }
  const body = await readBody(request);
  if (url.pathname.endsWith("/portrait")) return reply(200, chat.correct(session, body));
  if (url.pathname.endsWith("/outreach")) {
    const { quiet_hours: quiet, ...topics } = body;
    Object.assign(session.outreach, topics);
    if (quiet !== undefined) {
      Object.assign(session.outreach, { quiet_from: quiet?.from, quiet_to: quiet?.to });
    }
    return reply(200, session.outreach);
  }
  if (url.pathname.endsWith("/leave-message")) return reply(200, chat.leave(session, body));
  if (url.pathname.endsWith("/telegram-link")) {
    return reply(201, { url: "https://t.me/maple_and_main_bot?start=token" });
  }
  if (url.pathname.endsWith("/consent")) {
    chat.consents.push(body.training);
    return reply(204);
  }
  if (url.pathname.endsWith("/csat")) {
    chat.grades.push(body);
    return reply(204);
  }
  if (url.pathname === "/api/events") {
    chat.events.push(...body.events);
    return reply(202, { accepted: body.events.length, rejected: [] });
  }
  if (url.pathname.endsWith("/feedback")) {
    chat.ratings.push({ message_id: url.pathname.split("/").at(-2), value: body.value });
    return reply(204);
  }
  const words = chat.read(session, body);
  if (words === null) return reply(422, { detail: "text" });
  if (/down/i.test(words)) return reply(500, { detail: "down" });
  if (chat.isTooMuch(session, words)) return reply(429, { error: "too_many_requests" });
  return reply(200, await chat.take(session, words, body.client_message_id));
}

function converse(chat, socket) {
  let session = null;
  const tell = (frame) => {
    socket.send(JSON.stringify(frame));
  };
  socket.on("message", (data) => {
    const frame = JSON.parse(String(data));
    if (frame.type === "auth") {
      session = chat.sessions.get(frame.token);
      if (!session) return socket.close(4401, "token");
      session.listeners.add(tell);
      return tell({ type: "state", ...chat.standing(session) });
    }
    if (frame.type !== "message" || !session) return undefined;
    const words = chat.read(session, frame);
    if (words === null) return tell({ type: "error", code: "invalid", detail: "text" });
    if (chat.isTooMuch(session, words)) {
      const { client_message_id } = frame;
      const about = { code: "too_many_requests", detail: "busy", retry_after: 1 };
      return tell({ type: "error", ...about, client_message_id });
    }
    if (/silent|down/i.test(words)) return undefined;
    if (/drop/i.test(words)) return socket.terminate();
    tell({ type: "ack", client_message_id: frame.client_message_id });
    return chat.take(session, words, frame.client_message_id);
  });
  socket.on("close", () => session?.listeners.delete(tell));
}

function sendFile(pathname, response) {
  const inside = pathname.startsWith("/shop-assets/")
    ? join("shop", pathname.slice("/shop-assets/".length))
    : extname(pathname)
      ? pathname
      : "shop/index.html";
  const file = join(DIST, normalize(inside));
  if (!file.startsWith(DIST) || !existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
    "Content-Security-Policy": POLICY,
  });
  createReadStream(file).pipe(response);
}

async function readBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return parts.length > 0 ? JSON.parse(Buffer.concat(parts).toString()) : {};
}

if (process.argv[1] === import.meta.filename) {
  const port = Number(process.env.PORT ?? 9300);
  const customers = process.env.GUESTS_ONLY !== "1";
  makeServer({ customers }).listen(port, "127.0.0.1", () => {
    console.log(`development shop on http://127.0.0.1:${port}/`);
  });
}
