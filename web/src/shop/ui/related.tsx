import { useEffect, useState } from "preact/hooks";
import { fetchProducts, type Product } from "../api";
import { headline, useLanguage } from "../words";
import { Tile } from "./tile";

const SHOWN = 4;

/** A few more of the same category. Where none can be fetched, nothing is shown. */
export function Related({ product }: { product: Product }) {
  const { say } = useLanguage();
  const [others, setOthers] = useState<Product[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    const selection = { category: product.category, q: "" };
    fetchProducts(selection, 0, { limit: SHOWN * 2, signal: stop.signal }).then(
      ({ products }) => {
        const rest = products.filter(({ id }) => id !== product.id);
        // Its own kind first.
        const near = rest.filter((other) => other.product_type === product.product_type);
        setOthers([...new Set([...near, ...rest])].slice(0, SHOWN));
      },
      () => {
        setOthers([]);
      },
    );
    return () => {
      stop.abort();
    };
  }, [product.id]);
  if (others.length === 0) return null;
  return (
    <section class="listing related">
      <h2>{say("more_in", { category: headline(product.category) })}</h2>
      <ul class="grid">
        {others.map((other) => (
          <Tile key={other.id} product={other} />
        ))}
      </ul>
    </section>
  );
}
