/** The chat API's shapes, and readers that let nothing malformed reach the screen. */
import { isFields, readList, readText } from "./fields";
import { readStanding, type Standing } from "./standing";

export type Role = "shopper" | "bot" | "agent" | "system";
export type Availability = "in_stock" | "out_of_stock" | "preorder" | "backorder";

export interface Money {
  amount: string;
  currency: string;
}

export interface ProductCard {
  product_id: string;
  title: string;
  brand?: string;
  category: string;
  price: Money;
  list_price?: Money;
  image_url: string;
  url: string;
  rating?: number;
  availability: Availability;
  reason: string;
  /** The ranking that chose the card, so that a click can be joined to it. */
  ranking_id?: string;
}

export interface QuickReply {
  title: string;
  payload: string;
}

export interface ComparedProduct {
  product_id: string;
  title: string;
  image_url: string;
  url: string;
}

export interface ComparedRow {
  label: string;
  /** One for each column; null where it is not known. */
  values: (string | null)[];
  /** The column that is ahead, or null where none is. */
  best: number | null;
}

/** Products side by side. */
export interface Comparison {
  columns: ComparedProduct[];
  rows: ComparedRow[];
}

export interface Message {
  id: string;
  role: Role;
  author?: string;
  text: string;
  cards: ProductCard[];
  quick_replies: QuickReply[];
  comparison?: Comparison;
  created_at: string;
  /** Given back with a shopper's own message where the server remembers it. */
  client_message_id?: string;
}

export interface Customer {
  id: string;
  signature: string;
}

export interface Page {
  url: string;
  product_id?: string;
}

export interface SessionRequest {
  locale?: string;
  customer?: Customer;
  page?: Page;
}

export interface Turn extends Standing {
  messages: Message[];
}

export interface Session extends Turn {
  session_id: string;
  token: string;
}

export interface EventItem {
  item_id: string;
  price?: number;
  quantity?: number;
}

export interface ShopEvent {
  name: string;
  timestamp: string;
  items: EventItem[];
  search_term?: string;
  ranking_id?: string;
}

export type ServerFrame =
  | { type: "ack"; client_message_id: string }
  | { type: "message"; message: Message }
  | { type: "typing"; who: "bot" | "agent"; on: boolean }
  | { type: "state"; standing: Standing }
  | { type: "error"; code: string; client_message_id?: string; retry_after?: number };

const ROLES: readonly string[] = ["shopper", "bot", "agent", "system"];
const AVAILABILITIES: readonly string[] = ["in_stock", "out_of_stock", "preorder", "backorder"];

function readMoney(value: unknown): Money | null {
  if (!isFields(value)) return null;
  const amount = readText(value.amount);
  const currency = readText(value.currency);
  return amount !== "" && Number.isFinite(Number(amount)) ? { amount, currency } : null;
}

function readCard(value: unknown): ProductCard | null {
  if (!isFields(value)) return null;
  const price = readMoney(value.price);
  const product_id = readText(value.product_id);
  const title = readText(value.title);
  if (!price || product_id === "" || title === "") return null;
  const card: ProductCard = {
    product_id,
    title,
    category: readText(value.category),
    price,
    image_url: readText(value.image_url),
    url: readText(value.url),
    availability: AVAILABILITIES.includes(readText(value.availability))
      ? (value.availability as Availability)
      : "in_stock",
    reason: readText(value.reason),
  };
  const brand = readText(value.brand);
  if (brand) card.brand = brand;
  const listPrice = readMoney(value.list_price);
  if (listPrice) card.list_price = listPrice;
  const rating = Number(value.rating);
  if (rating > 0) card.rating = rating;
  const ranking = readText(value.ranking_id);
  if (ranking) card.ranking_id = ranking;
  return card;
}

function readQuickReply(value: unknown): QuickReply | null {
  if (!isFields(value)) return null;
  const title = readText(value.title);
  const payload = readText(value.payload);
  return title && payload ? { title, payload } : null;
}

function readColumn(value: unknown): ComparedProduct | null {
  if (!isFields(value)) return null;
  const product_id = readText(value.product_id);
  const title = readText(value.title);
  if (product_id === "" || title === "") return null;
  return { product_id, title, image_url: readText(value.image_url), url: readText(value.url) };
}

function readRow(value: unknown, width: number): ComparedRow | null {
  if (!isFields(value) || !Array.isArray(value.values) || value.values.length !== width)
    return null;
  const label = readText(value.label);
  if (label === "") return null;
  const best = Number.isInteger(value.best) ? (value.best as number) : -1;
  return {
    label,
    values: value.values.map((item) => readText(item) || null),
    best: best >= 0 && best < width ? best : null,
  };
}

/** A table, or null where a column is broken: its values could stand under the wrong product. */
function readComparison(value: unknown): Comparison | null {
  if (!isFields(value) || !Array.isArray(value.columns)) return null;
  const columns = readList(value.columns, readColumn);
  if (columns.length < 2 || columns.length !== value.columns.length) return null;
  const rows = readList(value.rows, (row) => readRow(row, columns.length));
  return rows.length > 0 ? { columns, rows } : null;
}

/** A message, or null when it has no id or an unknown role. */
export function readMessage(value: unknown): Message | null {
  if (!isFields(value)) return null;
  const id = readText(value.id);
  const role = readText(value.role);
  if (id === "" || !ROLES.includes(role)) return null;
  const message: Message = {
    id,
    role: role as Role,
    text: readText(value.text),
    cards: readList(value.cards, readCard),
    quick_replies: readList(value.quick_replies, readQuickReply),
    created_at: readText(value.created_at),
  };
  const comparison = readComparison(value.comparison);
  if (comparison) message.comparison = comparison;
  const author = readText(value.author);
  if (author) message.author = author;
  const clientId = readText(value.client_message_id);
  if (clientId) message.client_message_id = clientId;
  return message;
}

/** The answer to a message or to a request for history; null when it is neither. */
export function readTurn(value: unknown): Turn | null {
  const standing = readStanding(value);
  if (!standing || !isFields(value)) return null;
  return { ...standing, messages: readList(value.messages, readMessage) };
}

export function readSession(value: unknown): Session | null {
  const turn = readTurn(value);
  if (!turn || !isFields(value)) return null;
  const session_id = readText(value.session_id);
  const token = readText(value.token);
  return session_id && token ? { session_id, token, ...turn } : null;
}

/** A frame from the socket's text; null for one that is unknown or broken. */
export function readFrame(data: unknown): ServerFrame | null {
  let frame: unknown;
  try {
    frame = JSON.parse(typeof data === "string" ? data : "");
  } catch {
    return null;
  }
  if (!isFields(frame)) return null;
  const clientId = readText(frame.client_message_id);
  switch (frame.type) {
    case "ack":
      return clientId ? { type: "ack", client_message_id: clientId } : null;
    case "message": {
      const message = readMessage(frame.message);
      return message && { type: "message", message };
    }
    case "typing":
      return {
        type: "typing",
        who: frame.who === "agent" ? "agent" : "bot",
        on: frame.on === true,
      };
    case "state": {
      const standing = readStanding(frame);
      return standing && { type: "state", standing };
    }
    case "error":
      return {
        type: "error",
        code: readText(frame.code),
        ...(clientId && { client_message_id: clientId }),
        ...(typeof frame.retry_after === "number" && { retry_after: frame.retry_after }),
      };
    default:
      return null;
  }
}
