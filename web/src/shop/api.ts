import type { Amount } from "../shared/money";

export type Availability = "in_stock" | "out_of_stock" | "preorder" | "backorder";

export interface Product {
  id: string;
  title: string;
  brand: string | null;
  category: string;
  product_type: string | null;
  price: Amount;
  list_price?: Amount | null;
  image_url: string | null;
  rating?: number | null;
  rating_count: number;
  availability: Availability;
}

export interface Review {
  rating: number;
  title: string | null;
  text: string;
  author: string | null;
  created_at: string;
}

export interface ProductDetail extends Product {
  description: string | null;
  attributes: Record<string, string | string[]>;
  reviews: Review[];
  stock: number | null;
}

export interface DemoCustomer {
  id: string;
  name: string;
  taste: string;
  signature: string;
}

export interface Demo {
  shop: { name: string; tagline: string; currency: string };
  categories: { name: string; count: number }[];
  customers: DemoCustomer[];
}

export interface Selection {
  category: string;
  q: string;
}

export interface ProductPart {
  products: Product[];
  total: number;
}

export interface ChatCartLine {
  product_id: string;
  title: string;
  category: string;
  quantity: number;
  price: Amount;
  image_url: string;
  /** How many can be had; 0 where it is sold out. */
  left: number;
}

/** The cart that was filled in the chat. */
export interface ChatCart {
  cart_id: string;
  lines: ChatCartLine[];
  total: Amount;
}

/** The shop's server said no, or nothing; `status` is 0 for nothing. */
export class ShopError extends Error {
  override readonly name = "ShopError";

  constructor(readonly status: number) {
    super(`the shop answered ${status}`);
  }
}

async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  let reply: Response;
  try {
    reply = await fetch(path, signal ? { signal } : {});
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw new ShopError(0);
  }
  if (!reply.ok) throw new ShopError(reply.status);
  return (await reply.json()) as T;
}

export function fetchDemo(): Promise<Demo> {
  return get("/api/demo");
}

export const PART = 24;

export function fetchProducts(
  { category, q }: Selection,
  offset: number,
  { limit = PART, signal }: { limit?: number; signal?: AbortSignal } = {},
): Promise<ProductPart> {
  const query = new URLSearchParams({ offset: String(offset), limit: String(limit) });
  if (category) query.set("category", category);
  if (q) query.set("q", q);
  return get(`/api/demo/products?${query}`, signal);
}

export function fetchProduct(id: string, signal?: AbortSignal): Promise<ProductDetail> {
  return get(`/api/demo/products/${encodeURIComponent(id)}`, signal);
}

export function fetchCart(id: string, signal?: AbortSignal): Promise<ChatCart> {
  return get(`/api/demo/carts/${encodeURIComponent(id)}`, signal);
}
