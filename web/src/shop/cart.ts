import { useEffect, useState } from "preact/hooks";
import type { Product } from "./api";

export interface CartLine {
  product: Product;
  quantity: number;
}

export type Cart = readonly CartLine[];

const KEY = "demo-shop:cart";
const MOST = 99;

/** The cart with `by` more (or fewer) of the product; a line with none left is gone. */
export function changeQuantity(cart: Cart, product: Product, by: number): Cart {
  const line = cart.find((each) => each.product.id === product.id);
  if (!line) return by > 0 ? [...cart, { product, quantity: by }] : cart;
  const quantity = Math.min(MOST, line.quantity + by);
  return quantity <= 0
    ? cart.filter((each) => each !== line)
    : cart.map((each) => (each === line ? { product, quantity } : each));
}

export function countItems(cart: Cart): number {
  return cart.reduce((sum, line) => sum + line.quantity, 0);
}

/** The sum in the first line's currency, in whole cents on the way so that nothing is lost. */
export function sumUp(cart: Cart): { amount: string; currency: string } {
  const cents = cart.reduce(
    (sum, { product, quantity }) => sum + Math.round(Number(product.price.amount) * 100) * quantity,
    0,
  );
  return { amount: (cents / 100).toFixed(2), currency: cart[0]?.product.price.currency ?? "USD" };
}

/** The visitor's cart, kept in this browser. */
export function useCart(): [Cart, (product: Product, by: number) => void] {
  const [cart, setCart] = useState<Cart>(readCart);
  useEffect(() => {
    try {
      localStorage.setItem(KEY, JSON.stringify(cart));
    } catch {
      // Storage may be full or forbidden: the cart then lasts as long as the page.
    }
  }, [cart]);
  const change = (product: Product, by: number) => {
    setCart((now) => changeQuantity(now, product, by));
  };
  return [cart, change];
}

function readCart(): Cart {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? (stored as Cart) : [];
  } catch {
    return [];
  }
}
