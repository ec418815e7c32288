import { describe, expect, it } from "vitest";
import { changeQuantity, countItems, sumUp, type Cart } from "../../src/shop/cart";
import { aProduct } from "./builders";

const chair = aProduct();
const lamp = aProduct({ id: "p2", price: { amount: "19.99", currency: "USD" } });

describe("the cart", () => {
  it("gathers the same product in one line", () => {
    const cart = changeQuantity(changeQuantity([], chair, 1), chair, 2);
    expect(cart).toEqual([{ product: chair, quantity: 3 }]);
    expect(countItems(cart)).toBe(3);
  });

  it("drops a line of which none is left", () => {
    const cart: Cart = [{ product: chair, quantity: 1 }];
    expect(changeQuantity(cart, chair, -1)).toEqual([]);
    expect(changeQuantity(cart, lamp, -1)).toBe(cart);
  });

  it("holds no more than a shop would sell at once", () => {
    expect(countItems(changeQuantity([{ product: chair, quantity: 99 }], chair, 1))).toBe(99);
  });

  it("sums up to the cent", () => {
    const cart = changeQuantity(changeQuantity([], lamp, 3), chair, 1);
    expect(sumUp(cart)).toEqual({ amount: "139.97", currency: "USD" });
  });
});
