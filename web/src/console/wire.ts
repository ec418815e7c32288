/** The staff API's shapes. */
import type { Amount } from "../shared/money";
import type { CorrectedFrame } from "./ui/corrections/wire";

export type { Amount };
export type Role = "agent" | "supervisor" | "admin";
export type State = "bot" | "queued" | "human" | "closed";
export type Mood = "negative" | "neutral" | "positive";
export type Speaker = "shopper" | "bot" | "agent" | "system";

export interface User {
  id: string;
  name: string;
  email: string;
  role: Role;
}

export interface SignedIn {
  csrf_token: string;
  user: User;
}

export interface Person {
  id: string;
  name: string;
}

export interface Summary {
  id: string;
  state: State;
  owner: Person | null;
  channel: string;
  locale: string;
  customer: Person | null;
  created_at: string;
  last_message_at: string;
  preview: { role: Speaker; text: string } | null;
  unread: number;
  sentiment: Mood;
  mood: number;
  waiting_seconds: number | null;
  waiting_since: string | null;
  reason: string | null;
  cart_value: Amount | null;
  tags: string[];
  rating: number | null;
}

export type Counts = Record<State | "mine", number>;

export interface ConversationList {
  conversations: Summary[];
  counts: Counts;
  next: string | null;
}

export interface ProductCard {
  product_id: string;
  title: string;
  brand?: string | null;
  category: string;
  price: Amount;
  list_price?: Amount | null;
  image_url: string;
  url: string;
  rating?: number | null;
  availability: "in_stock" | "out_of_stock" | "preorder" | "backorder";
  reason: string;
}

export interface Entity {
  entity: string;
  value: string | number;
  role?: string | null;
}

export interface Label {
  intent: string | null;
  entities: Entity[] | null;
  sentiment: Mood | null;
  by: Person;
  created_at: string;
}

export interface StaffMessage {
  id: string;
  role: Speaker;
  author?: string | null;
  text: string;
  cards: ProductCard[];
  quick_replies: { title: string; payload: string }[];
  created_at: string;
  client_message_id?: string | null;
  intent: string | null;
  confidence: number | null;
  sentiment: { label: Mood; score: number } | null;
  entities: Entity[];
  label: Label | null;
  degraded: boolean;
}

export interface Note {
  id: string;
  author: Person;
  text: string;
  created_at: string;
}

export interface SuggestedReply {
  text: string;
  source: "faq" | "staff" | "canned";
  question: string | null;
  score: number;
}

export interface Suggestions {
  replies: SuggestedReply[];
  products: ProductCard[];
}

export interface CartLine {
  product: ProductCard;
  quantity: number;
  total: Amount;
}

export interface Order {
  id: string;
  status: string;
  created_at: string;
  total: Amount;
  items: { product_id: string; title: string; quantity: number }[];
}

export interface Deed {
  name: string;
  at: string;
  product: { id: string; title: string; image_url: string | null; url: string } | null;
  search_term: string | null;
}

export interface Recommended {
  ranking_id: string;
  at: string;
  degraded: boolean;
  items: { product: ProductCard; clicked: boolean; carted: boolean; bought: boolean }[];
}

export interface MoodPoint {
  message_id: string;
  at: string;
  mood: number;
  score: number;
  label: Mood;
}

export interface Detail {
  conversation: Summary;
  messages: StaffMessage[];
  notes: Note[];
  summary: string;
  slots: Record<string, unknown>;
  looking_for: string[];
  page: { url: string; product_id?: string | null; title?: string | null } | null;
  cart: { id: string; lines: CartLine[]; totals: Amount[] } | null;
  orders: Order[];
  behaviour: Deed[];
  recommended: Recommended[];
  sentiment_curve: MoodPoint[];
  suggestions: Suggestions;
}

export interface PickedProducts {
  products: ProductCard[];
  ranking_id: string | null;
  degraded: boolean;
}

export interface Labels {
  intents: string[];
  entities: string[];
  sentiments: Mood[];
}

export interface Canned {
  id: string;
  shortcut: string;
  title: string;
  text: string;
  locale: string | null;
}

export interface Rule {
  id: string;
  name: string;
  active: boolean;
  intents: string[];
  words: string[];
  mood_below: number | null;
  cart_above: string | null;
  locales: string[];
  min_messages: number | null;
}

export interface Member {
  id: string;
  name: string;
  email: string;
  role: Role;
  disabled: boolean;
  online: boolean;
  open_conversations: number;
}

export interface AuditEntry {
  id: string;
  at: string;
  who: Person | null;
  action: string;
  conversation_id: string | null;
  detail: Record<string, unknown>;
}

interface Spread {
  count: number;
  median_seconds: number | null;
  p90_seconds: number | null;
}

export interface Numbers {
  since: string;
  waiting: { count: number; longest_seconds: number | null };
  open: number;
  first_response: Spread;
  resolution: Spread;
  csat: {
    count: number;
    average: number | null;
    scores: Record<string, number>;
    comments: { score: number; comment: string; at: string; conversation_id: string }[];
  };
  handoffs: { total: number; by_reason: Record<string, number>; abandoned: number };
  agents: {
    id: string;
    name: string;
    open: number;
    handled: number;
    messages: number;
    first_response_median: number | null;
    csat_average: number | null;
  }[];
  per_day: { day: string; handoffs: number; handled: number; csat_average: number | null }[];
}

export type ServerFrame =
  | { type: "ready"; user: User; counts: Counts }
  | { type: "message"; conversation_id: string; message: StaffMessage }
  | { type: "conversation"; conversation: Summary }
  | { type: "counts"; counts: Counts }
  | {
      type: "typing";
      conversation_id: string;
      who: "shopper" | "bot" | "agent";
      name?: string;
      on: boolean;
    }
  | { type: "note"; conversation_id: string; note: Note }
  | CorrectedFrame
  | { type: "pong" }
  | { type: "error"; code: string; detail: string };

export type ClientFrame =
  | { type: "auth"; csrf_token: string }
  | { type: "typing"; conversation_id: string; on: boolean }
  | { type: "ping" };
