import { formatMoney, isReduced } from "../../shared/money";
import { Stars } from "../../shared/stars";
import type { Product } from "../api";
import { useLanguage } from "../words";

export function Price({ product }: { product: Product }) {
  const { say, locale } = useLanguage();
  const was = isReduced(product.price, product.list_price) ? product.list_price : null;
  return (
    <p class={`price ${was ? "price-reduced" : ""}`}>
      <strong>{formatMoney(product.price, locale)}</strong>
      {was && (
        <s>
          <span class="unseen">{say("list_price")} </span>
          {formatMoney(was, locale)}
        </s>
      )}
    </p>
  );
}

/** The stars and how many gave them; nothing for a product that nobody rated. */
export function Rating({ product }: { product: Product }) {
  const { say } = useLanguage();
  if (!product.rating) return null;
  return (
    <p class="rating">
      <Stars rating={product.rating} label={say("rating", { rating: product.rating })} />
      <span aria-hidden="true">{product.rating.toFixed(1)}</span>
      {product.rating_count > 0 && (
        <span class="rating-count">
          {"("}
          {product.rating_count}
          {")"}
        </span>
      )}
    </p>
  );
}
