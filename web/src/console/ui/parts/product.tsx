import { useState } from "react";
import { formatMoney, isReduced } from "../../../shared/money";
import type { ProductCard } from "../../wire";
import { useLanguage } from "../../words";
import { hueOf } from "./hue";

interface PictureProps {
  src: string | null;
  title: string;
}

/** A product's picture, or its initial on a quiet tile where there is none. */
export function Picture({ src, title }: PictureProps) {
  const [broken, setBroken] = useState<string | null>(null);
  if (src && src !== broken) {
    return (
      <img
        className="picture"
        src={src}
        alt=""
        loading="lazy"
        onError={() => {
          setBroken(src);
        }}
      />
    );
  }
  return (
    <span className="picture picture-tile" style={{ "--hue": hueOf(title) }} aria-hidden="true">
      {Array.from(title.trim())[0]?.toLocaleUpperCase() ?? "?"}
    </span>
  );
}

export function Price({ product }: { product: Pick<ProductCard, "price" | "list_price"> }) {
  const { locale, say } = useLanguage();
  const { price, list_price: was } = product;
  return (
    <span className="price tabular">
      {formatMoney(price, locale)}
      {isReduced(price, was) && (
        <s className="price-was">
          <span className="visually-hidden">{say("was")} </span>
          {formatMoney(was, locale)}
        </s>
      )}
    </span>
  );
}

/** A product on one line: picture, name, price, and whatever is to be said of it. */
export function ProductLine({
  product,
  children,
}: {
  product: ProductCard;
  children?: React.ReactNode;
}) {
  const { name } = useLanguage();
  return (
    <span className="product-line">
      <Picture src={product.image_url} title={product.title} />
      <span className="product-words">
        <span className="product-title clip" title={product.title}>
          {product.title}
        </span>
        <span className="product-facts">
          <Price product={product} />
          {product.availability !== "in_stock" && (
            <span className="chip chip-amber">{name("availability", product.availability)}</span>
          )}
        </span>
        {children}
      </span>
    </span>
  );
}
