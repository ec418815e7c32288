import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Demo, Product, ProductDetail } from "../../src/shop/api";
import { ShopApp } from "../../src/shop/ui/app";
import { doing } from "../act";
import { aChatCart, aDemo, aProduct, aProductDetail } from "./builders";

let place: HTMLElement;
let demo: Demo;
let products: Product[];
let detail: ProductDetail;
let asked: string[];

function answer(path: string): Response {
  asked.push(path);
  if (path === "/api/demo") return Response.json(demo);
  if (path.startsWith("/api/demo/products?")) {
    const from = Number(new URLSearchParams(path.split("?")[1]).get("offset"));
    return Response.json({ products: products.slice(from, from + 24), total: products.length });
  }
  if (path === `/api/demo/products/${detail.id}`) return Response.json(detail);
  if (path === "/api/demo/carts/x_1") return Response.json(aChatCart());
  return Response.json({}, { status: 404 });
}

const find = (selector: string) => place.querySelector<HTMLElement>(selector);
const until = (hold: () => void) => vi.waitFor(hold, { timeout: 2_000, interval: 5 });
/** The calls waiting for the widget, whose script never loads here. */
const calls = (name: string) =>
  (window.Shopkeeper as unknown[][])
    .filter((call) => call[0] === name)
    .map((call) => call.slice(1));

async function visit(path: string, landmark: string): Promise<void> {
  history.replaceState(null, "", path);
  doing(() => {
    render(<ShopApp />, place);
  });
  await until(() => {
    expect(find(landmark)).not.toBeNull();
  });
}

function click(selector: string): void {
  doing(() => {
    find(selector)!.click();
  });
}

beforeEach(() => {
  demo = aDemo();
  products = [aProduct(), aProduct({ id: "p2", title: "Oak Table" })];
  detail = aProductDetail();
  asked = [];
  place = document.createElement("div");
  document.body.append(place);
  vi.stubGlobal("fetch", (path: string) => Promise.resolve(answer(path)));
  // The widget's script is another test's business.
  vi.spyOn(document.head, "append").mockImplementation(() => undefined);
});

afterEach(() => {
  render(null, place);
  place.remove();
  delete window.Shopkeeper;
  delete window.shopkeeperSettings;
  localStorage.clear();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("the storefront", () => {
  it("shows the shop, its categories and its goods", async () => {
    await visit("/", ".tile h3");
    expect(find(".wordmark")?.textContent).toBe("Maple & Main");
    expect([...place.querySelectorAll(".chip")].map((chip) => chip.textContent)).toEqual([
      "All",
      "Furniture2",
    ]);
    expect([...place.querySelectorAll(".tile h3")].map((title) => title.textContent)).toEqual([
      "Oak Chair",
      "Oak Table",
    ]);
  });

  it("searches, and tells what was searched for", async () => {
    await visit("/", ".tile h3");
    const input = place.querySelector("input")!;
    doing(() => {
      input.value = " oak ";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    doing(() => {
      input.form!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    });
    await until(() => {
      expect(find(".listing h1")?.textContent).toBe("Results for “oak”");
    });
    expect(asked.at(-1)).toContain("q=oak");
    expect(calls("track")).toEqual([["search", { search_term: "oak" }]]);
  });

  it("shows more on demand", async () => {
    products = Array.from({ length: 30 }, (_, at) => aProduct({ id: `p${at}` }));
    await visit("/", ".listing-more button");
    click(".listing-more button");
    await until(() => {
      expect(place.querySelectorAll(".tile h3")).toHaveLength(30);
    });
    expect(find(".listing-more")).toBeNull();
  });

  it("lets the visitor be one of the customers, signed", async () => {
    await visit("/", ".tool-account");
    click(".tool-account");
    click(".account-choice:last-child");
    expect(calls("setUser")).toEqual([[{ id: "c1", signature: "ab12" }]]);
    expect(find(".account-name")?.textContent).toContain("Amara Okafor");
  });

  it("embeds the widget as the customer chosen before", async () => {
    localStorage.setItem("demo-shop:customer", "c1");
    await visit("/", ".tile h3");
    expect(window.shopkeeperSettings).toMatchObject({
      customer: { id: "c1", signature: "ab12" },
    });
  });

  it("asks nobody who they are where there are no demo customers", async () => {
    demo = aDemo({ customers: [] });
    await visit("/", ".tile h3");
    expect(find(".tool-account")).toBeNull();
  });

  it("draws a tile where a picture is missing", async () => {
    products = [aProduct({ image_url: null, brand: null, rating: null })];
    await visit("/", ".tile h3");
    expect(find(".tile .picture-tile")?.textContent).toBe("O");
  });

  it("says so when the shop does not answer, and tries again", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("down")));
    await visit("/", '[role="alert"]');
    vi.stubGlobal("fetch", (path: string) => Promise.resolve(answer(path)));
    click('[role="alert"] button');
    await until(() => {
      expect(find(".wordmark")).not.toBeNull();
    });
  });
});

describe("a product's page", () => {
  it("shows the product and tells that it was seen", async () => {
    await visit("/products/p1", ".product h1");
    const words = find(".product")!.textContent;
    for (const part of ["Oak Chair", "$80.00", "Only 3 left", "Of oak.", "stackable, indoor"]) {
      expect(words).toContain(part);
    }
    expect(calls("track")).toEqual([["view_item", { items: [{ item_id: "p1", price: 80 }] }]]);
    expect(calls("setContext").at(-1)).toEqual([
      { page: { url: location.href, product_id: "p1" } },
    ]);
  });

  it("puts the product into the cart and tells so", async () => {
    await visit("/products/p1", ".product h1");
    click(".product-ways .push");
    expect(find(".tool-count")?.textContent).toBe("1");
    expect(find(".toast")?.textContent).toContain("Oak Chair");
    expect(calls("track").at(-1)).toEqual([
      "add_to_cart",
      { items: [{ item_id: "p1", price: 80, quantity: 1 }] },
    ]);
  });

  it("sells nothing that is sold out", async () => {
    detail = aProductDetail({ availability: "out_of_stock", stock: 0 });
    await visit("/products/p1", ".product h1");
    expect(find(".product-ways .push")).toHaveProperty("disabled", true);
  });

  it("opens the assistant on request", async () => {
    await visit("/products/p1", ".product h1");
    click(".product-ways .push-quiet");
    expect(calls("open")).toHaveLength(1);
  });

  it("of a product that is not there says so", async () => {
    await visit("/products/gone", ".notice h1");
    expect(find(".notice h1")?.textContent).toBe("This page is not here.");
  });
});

describe("the checkout", () => {
  it("shows the cart that was filled in the chat, and that nothing is sold", async () => {
    await visit("/checkout?cart=x_1", ".checkout .subtotal");
    const words = find(".checkout")!.textContent;
    for (const part of ["nothing is sold", "Oak Chair", "2 × $80.00", "$160.00", "Sold out"]) {
      expect(words).toContain(part);
    }
  });

  it("of a cart that is not there says so", async () => {
    await visit("/checkout?cart=never", ".notice h1");
    expect(find(".notice h1")?.textContent).toBe("This page is not here.");
  });
});
