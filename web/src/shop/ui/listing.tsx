import { useEffect, useState } from "preact/hooks";
import { fetchProducts, PART, type Demo, type Product, type Selection } from "../api";
import { openAssistant } from "../assistant";
import { headline, useLanguage } from "../words";
import { Hero } from "./hero";
import { Tile, TileShadows } from "./tile";
import { Trouble } from "./trouble";

/** The grid of a category, of a search, or of everything, with the hero above the last. */
export function Listing({ demo, category, q }: { demo: Demo } & Selection) {
  const { say } = useLanguage();
  const [products, setProducts] = useState<readonly Product[]>([]);
  const [total, setTotal] = useState<number | null>(null);
  const [isLoading, setIsLoading] = useState(true);
  const [failed, setFailed] = useState(false);

  const load = (signal?: AbortSignal) => {
    setIsLoading(true);
    setFailed(false);
    fetchProducts({ category, q }, products.length, signal ? { signal } : {}).then(
      (part) => {
        setProducts((now) => [...now, ...part.products]);
        setTotal(part.total);
        setIsLoading(false);
      },
      () => {
        if (signal?.aborted) return;
        setFailed(true);
        setIsLoading(false);
      },
    );
  };

  useEffect(() => {
    const stop = new AbortController();
    load(stop.signal);
    return () => {
      stop.abort();
    };
  }, []);

  const isHome = category === "" && q === "";
  const title = q ? say("results_for", { q }) : category ? headline(category) : say("everything");
  return (
    <>
      {isHome && <Hero shop={demo.shop} products={products} />}
      <section class="listing" id="products" aria-busy={isLoading}>
        <div class="listing-head">
          {isHome ? <h2>{title}</h2> : <h1>{title}</h1>}
          <p role="status">{total === null ? "" : say("results", { count: total })}</p>
        </div>
        <ul class="grid">
          {products.map((product) => (
            <Tile key={product.id} product={product} />
          ))}
          {isLoading && <TileShadows count={products.length === 0 ? 8 : 4} />}
        </ul>
        {failed && (
          <Trouble
            onRetry={() => {
              load();
            }}
          />
        )}
        {total === 0 && <NothingFound />}
        {total !== null && products.length < total && !isLoading && !failed && (
          <div class="listing-more">
            <p>{say("shown", { shown: products.length, total })}</p>
            <progress max={total} value={products.length} aria-hidden="true" />
            <button
              type="button"
              class="push push-quiet"
              onClick={() => {
                load();
              }}
            >
              {say("show_more")} ({Math.min(PART, total - products.length)})
            </button>
          </div>
        )}
      </section>
    </>
  );
}

function NothingFound() {
  const { say } = useLanguage();
  return (
    <div class="notice">
      <h2>{say("none")}</h2>
      <p>{say("none_hint")}</p>
      <button type="button" class="push" onClick={openAssistant}>
        {say("hero_ask")}
      </button>
    </div>
  );
}
