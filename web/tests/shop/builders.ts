import type { ChatCart, Demo, Product, ProductDetail } from "../../src/shop/api";

export function aProduct(about: Partial<Product> = {}): Product {
  return {
    id: "p1",
    title: "Oak Chair",
    brand: "Haldane",
    category: "furniture",
    product_type: "chair",
    price: { amount: "80.00", currency: "USD" },
    image_url: "/media/p1.png",
    rating: 4.2,
    rating_count: 12,
    availability: "in_stock",
    ...about,
  };
}

export function aProductDetail(about: Partial<ProductDetail> = {}): ProductDetail {
  return {
    ...aProduct(),
    description: "A chair.\n\nOf oak.",
    attributes: { color: "sand", features: ["stackable", "indoor"] },
    reviews: [],
    stock: 3,
    ...about,
  };
}

export function aDemo(about: Partial<Demo> = {}): Demo {
  return {
    shop: { name: "Maple & Main", tagline: "Good things", currency: "USD" },
    categories: [{ name: "furniture", count: 2 }],
    customers: [{ id: "c1", name: "Amara Okafor", taste: "Runs.", signature: "ab12" }],
    ...about,
  };
}

/** Two chairs, and a lamp that has sold out meanwhile. */
export function aChatCart(): ChatCart {
  const chair = { title: "Oak Chair", category: "furniture", image_url: "/media/p1.png" };
  const price = { amount: "80.00", currency: "USD" };
  return {
    cart_id: "x_1",
    lines: [
      { product_id: "p1", ...chair, quantity: 2, price, left: 9 },
      { product_id: "p2", ...chair, title: "Lamp", quantity: 1, price, left: 0 },
    ],
    total: { amount: "160.00", currency: "USD" },
  };
}
