import { webAddress } from "../../shared/address";
import { discount, isReduced } from "../../shared/money";
import { Picture } from "../../shared/picture";
import type { Product } from "../api";
import { productPath } from "../route";
import { useLanguage } from "../words";
import { Link } from "./link";
import { Price, Rating } from "./price";

/** One product in a grid. */
export function Tile({ product }: { product: Product }) {
  const { say } = useLanguage();
  return (
    <li class="tile">
      <div class="tile-picture">
        <Picture
          src={webAddress(product.image_url, location.href)}
          alt=""
          kind={product.category}
          title={product.title}
        />
        {isReduced(product.price, product.list_price) && (
          <span class="flag">−{discount(product.price, product.list_price)}%</span>
        )}
        {product.availability !== "in_stock" && (
          <span class="flag flag-stock">{say(product.availability)}</span>
        )}
      </div>
      <p class="tile-brand">{product.brand ?? ""}</p>
      <h3>
        <Link to={productPath(product.id)}>{product.title}</Link>
      </h3>
      <Rating product={product} />
      <Price product={product} />
    </li>
  );
}

/** What stands in the grid until the products come. */
export function TileShadows({ count }: { count: number }) {
  return (
    <>
      {Array.from({ length: count }, (_, at) => (
        <li key={`shadow-${at}`} class="tile tile-shadow" aria-hidden="true">
          <div class="tile-picture" />
          <span />
          <span />
        </li>
      ))}
    </>
  );
}
