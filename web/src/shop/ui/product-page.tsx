import { webAddress } from "../../shared/address";
import { discount, isReduced } from "../../shared/money";
import { Picture } from "../../shared/picture";
import { fetchProduct, type ProductDetail } from "../api";
import { itemOf, openAssistant, track } from "../assistant";
import { listPath } from "../route";
import { headline, useLanguage } from "../words";
import { Fetched } from "./fetched";
import { TalkGlyph } from "./glyphs";
import { Link } from "./link";
import { Price, Rating } from "./price";
import { Related } from "./related";
import { Reviews } from "./reviews";

interface ProductPageProps {
  id: string;
  shopName: string;
  onAdd: (product: ProductDetail) => void;
}

const LOW_STOCK = 5;

export function ProductPage({ id, shopName, onAdd }: ProductPageProps) {
  return (
    <Fetched
      fetch={(signal) => fetchProduct(id, signal)}
      onFetched={(product) => {
        document.title = `${product.title}, ${shopName}`;
        track("view_item", { items: [itemOf(product)] });
      }}
    >
      {(product) => <Detail product={product} onAdd={onAdd} />}
    </Fetched>
  );
}

function Detail({ product, onAdd }: { product: ProductDetail; onAdd: ProductPageProps["onAdd"] }) {
  const { say } = useLanguage();
  return (
    <>
      <nav class="crumbs">
        <Link to="/">{say("home")}</Link>
        <span aria-hidden="true">/</span>
        <Link to={listPath({ category: product.category, q: "" })}>
          {headline(product.category)}
        </Link>
      </nav>
      <article class="product">
        <div class="product-picture">
          <Picture
            src={webAddress(product.image_url, location.href)}
            alt={product.title}
            kind={product.category}
            title={product.title}
            eager
          />
        </div>
        <div class="product-words">
          {product.brand && <p class="product-brand">{product.brand}</p>}
          <h1>{product.title}</h1>
          <Rating product={product} />
          <div class="product-price">
            <Price product={product} />
            {isReduced(product.price, product.list_price) && (
              <span class="flag">
                {say("save", { percent: discount(product.price, product.list_price) })}
              </span>
            )}
          </div>
          <Stock product={product} />
          <div class="product-ways">
            <button
              type="button"
              class="push"
              disabled={product.availability === "out_of_stock"}
              onClick={() => {
                onAdd(product);
              }}
            >
              {say(product.availability === "out_of_stock" ? "out_of_stock" : "add")}
            </button>
            <button type="button" class="push push-quiet" onClick={openAssistant}>
              <TalkGlyph />
              {say("ask_about")}
            </button>
          </div>
          <Facts product={product} />
        </div>
      </article>
      <Reviews product={product} />
      <Related product={product} />
    </>
  );
}

function Stock({ product }: { product: ProductDetail }) {
  const { say } = useLanguage();
  const { availability, stock } = product;
  const isLow = availability === "in_stock" && stock !== null && stock > 0 && stock <= LOW_STOCK;
  return (
    <p class={`stock ${isLow ? "stock-low" : `stock-${availability}`}`}>
      {isLow ? say("stock_left", { count: stock }) : say(availability)}
    </p>
  );
}

/** The description and the table of attributes; either may be missing. */
function Facts({ product }: { product: ProductDetail }) {
  const { say } = useLanguage();
  const attributes = Object.entries(product.attributes);
  return (
    <>
      {product.description && (
        <section class="facts">
          <h2>{say("description")}</h2>
          {product.description.split(/\n{2,}/).map((part, at) => (
            <p key={at}>{part}</p>
          ))}
        </section>
      )}
      {attributes.length > 0 && (
        <section class="facts">
          <h2>{say("details")}</h2>
          <dl>
            {attributes.map(([name, value]) => (
              <div key={name}>
                <dt>{headline(name)}</dt>
                <dd>{Array.isArray(value) ? value.join(", ") : value}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}
