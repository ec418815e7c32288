// Development only: a small shop, so that the widget and the storefront can be worked on alone.

const COLORS = {
  Forest: "#3f6b58",
  Sand: "#c9ad84",
  Clay: "#b5694a",
  Ink: "#34404f",
  Rose: "#c58a92",
  Sky: "#7d9fbd",
};

const KINDS = [
  ["furniture", "chair", "Haldane", ["Low-back Lounge Chair", "Oak Reading Chair"], 189],
  ["lighting", "lamp", "Luma & Co", ["Linen Table Lamp", "Brass-foot Bedside Lamp"], 64],
  ["kitchen", "mug", "Tidewater", ["Stoneware Mug, Set of 2", "Ribbed Latte Cup"], 24],
  ["bags", "backpack", "Northbound", ["Roll-top Daypack 18 L", "Commuter Backpack"], 79.9],
  ["clothing", "jacket", "Fieldnote", ["Waxed Rain Jacket", "Quilted Overshirt"], 129],
  ["shoes", "sneaker", "Strider", ["Court Sneaker", "Trail Runner GTX"], 98],
  ["electronics", "headphones", "Aurel", ["Over-ear Headphones", "Studio Headphones"], 149],
  ["garden", "plant", "Green Room", ["Potted Peace Lily", "Rubber Plant, Terracotta"], 32],
];

const AVAILABILITIES = ["in_stock", "in_stock", "in_stock", "preorder", "in_stock", "out_of_stock"];

function makeProducts() {
  const products = [];
  for (const [category, shape, brand, names, base] of KINDS) {
    Object.entries(COLORS).forEach(([tone, color], at) => {
      const id = `${category}-${at + 1}`;
      const price = Math.max(9.5, base * (0.8 + at * 0.11));
      products.push({
        id,
        title: `${names[at % names.length]} in ${tone}`,
        brand,
        category,
        product_type: shape,
        price: money(price),
        ...(at % 3 === 1 && { list_price: money(price * 1.3) }),
        image_url: `/media/${id}.svg`,
        rating: 3.4 + ((at * 7 + category.length) % 16) / 10,
        rating_count: 12 + at * 37 + category.length * 3,
        availability: AVAILABILITIES[at],
        drawing: { shape, color, backdrop: "#e9e4db" },
      });
    });
  }
  return products;
}

export function money(value) {
  return { amount: value.toFixed(2), currency: "USD" };
}

export const products = makeProducts();

const REASONS = [
  "Because you looked at rain gear twice this week.",
  "A favourite this month, and inside your budget.",
  "Rated 4.6 by 122 people.",
  "Goes with the chair you bought in March.",
  "New this week.",
];

/** The product as the chat shows it; the fifth has no picture. */
export function makeCard(product, at) {
  return {
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
    reason: REASONS[at] ?? "",
    ranking_id: "ranking-1",
  };
}

/** Three of them side by side. */
export function compareThree() {
  const three = [products[30], products[31], products[32]];
  const values = (read) => three.map(read);
  return {
    role: "bot",
    text: "Here they are side by side.",
    cards: three.map(makeCard),
    comparison: {
      columns: three.map(({ id, title, image_url }) => ({
        ...{ product_id: id, title, image_url },
        url: `/products/${id}`,
      })),
      rows: [
        { label: "Price", values: values(({ price }) => `$${price.amount}`), best: 0 },
        {
          label: "Rating",
          values: values(({ rating }) => `${rating.toFixed(1)} out of 5`),
          best: 2,
        },
        { label: "Material", values: ["Waxed cotton", "Nylon", null], best: null },
        { label: "Stock", values: ["In stock", "In stock", "Sold out"], best: null },
      ],
    },
  };
}

/** The product page's view of one product. */
export function describe(product) {
  const { drawing, ...shown } = product;
  void drawing;
  return {
    ...shown,
    stock: product.availability === "in_stock" ? 4 + product.rating_count : 0,
    description:
      `Made to be used every day and to look better for it. The ${product.title} comes from ` +
      `${product.brand}'s small workshop, is checked by hand, and can be repaired when the years ` +
      `show.\n\nFree returns within 30 days.`,
    attributes: {
      Color: product.title.split(" in ").at(-1),
      Material: "mixed",
      Care: ["wipe clean", "keep dry"].join(", "),
      Warranty: "2 years",
    },
    reviews: [
      {
        rating: 5,
        title: "Better than the picture",
        text: "Solid, quiet colour, arrived a day early. I bought a second one for my sister.",
        author: "Ines",
        created_at: "2026-03-02T09:12:00Z",
      },
      {
        rating: 4,
        title: "Good, not cheap",
        text: "The finish is lovely. I would have liked a little more padding.",
        author: "Tomasz",
        created_at: "2026-01-18T17:40:00Z",
      },
    ],
  };
}

export function find({ category = "", q = "" }) {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return products.filter((product) => {
    const text = `${product.title} ${product.brand} ${product.category}`.toLowerCase();
    return (
      (category === "" || product.category === category) &&
      words.every((word) => text.includes(word))
    );
  });
}

export const demo = {
  shop: { name: "Maple & Main", tagline: "Good things for everyday life", currency: "USD" },
  categories: KINDS.map(([name]) => ({ name, count: find({ category: name }).length })),
  customers: [
    ["c-1", "Amara Okafor", "Trail runner. Bright colours, light gear, always training."],
    ["c-2", "Jonas Lindqvist", "Furnishing a first flat: oak, linen, calm tones."],
    ["c-3", "Mei Tanaka", "Audio and desk gadgets, reads every review first."],
    ["c-4", "Rosa Delgado", "Cooks for six and gardens on the balcony."],
  ].map(([id, name, taste]) => ({ id, name, taste, signature: `signed:${id}` })),
};
