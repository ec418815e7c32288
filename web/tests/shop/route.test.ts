import { describe, expect, it } from "vitest";
import { listPath, productPath, readRoute } from "../../src/shop/route";

const route = (path: string) => readRoute(new URL(path, "https://shop.example"));

describe("addresses", () => {
  it("name a list, a product, or nothing", () => {
    expect(route("/")).toEqual({ page: "list", category: "", q: "" });
    expect(route("/?category=home%20decor&q=lamp")).toEqual({
      page: "list",
      category: "home decor",
      q: "lamp",
    });
    expect(route("/products/p1/")).toEqual({ page: "product", id: "p1" });
    expect(route("/checkout?cart=x_1")).toEqual({ page: "checkout", cart: "x_1" });
    expect(route("/nowhere")).toEqual({ page: "missing" });
    expect(route("/products/%E0%A4%A")).toEqual({ page: "missing" });
  });

  it("survive any id and any words", () => {
    const id = "a/b c?é#1";
    expect(route(productPath(id))).toEqual({ page: "product", id });
    const list = { category: "home & garden", q: "50% off?" };
    expect(route(listPath(list))).toEqual({ page: "list", ...list });
    expect(listPath({ category: "", q: "" })).toBe("/");
  });
});
