import { webAddress } from "../../shared/address";
import { Picture } from "../../shared/picture";
import type { Demo, Product } from "../api";
import { openAssistant } from "../assistant";
import { productPath } from "../route";
import { useLanguage } from "../words";
import { TalkGlyph } from "./glyphs";
import { Link } from "./link";

interface HeroProps {
  shop: Demo["shop"];
  products: readonly Product[];
}

const SHOWN = 3;

/** One product of each kind first, so that the row shows the breadth of the shop. */
export function pickVaried(products: readonly Product[], count: number): Product[] {
  const kinds = new Map<string, Product>();
  for (const product of products) {
    if (!kinds.has(product.category)) kinds.set(product.category, product);
  }
  const varied = [...kinds.values()];
  const rest = products.filter((product) => !varied.includes(product));
  return [...varied, ...rest].slice(0, count);
}

export function Hero({ shop, products }: HeroProps) {
  const { say } = useLanguage();
  return (
    <section class="hero">
      <div class="hero-words">
        <h1>{shop.tagline || shop.name}</h1>
        <p>{say("hero_lead")}</p>
        <div class="hero-ways">
          <button type="button" class="push" onClick={openAssistant}>
            <TalkGlyph />
            {say("hero_ask")}
          </button>
          <a class="push push-quiet" href="#products">
            {say("hero_browse")}
          </a>
        </div>
      </div>
      <div class="hero-pictures">
        {pickVaried(products, SHOWN).map((product) => (
          <Link key={product.id} to={productPath(product.id)} label={product.title}>
            <Picture
              src={webAddress(product.image_url, location.href)}
              alt=""
              kind={product.category}
              title={product.title}
              eager
            />
          </Link>
        ))}
      </div>
    </section>
  );
}
