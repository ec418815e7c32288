import { formatMoney } from "../../../shared/money";
import type { Detail } from "../../wire";
import { useLanguage } from "../../words";
import { ProductLine } from "../parts/product";
import { Section } from "./section";

/** What lies in the shopper's cart. */
export function Cart({ cart }: Pick<Detail, "cart">) {
  const { say, locale } = useLanguage();
  if (!cart || cart.lines.length === 0) return null;
  return (
    <Section
      title={say("cart")}
      aside={cart.totals.map((total) => formatMoney(total, locale)).join(" + ")}
    >
      <ul className="card-list">
        {cart.lines.map(({ product, quantity, total }) => (
          <li key={product.product_id}>
            <ProductLine product={product}>
              {quantity > 1 && (
                <span className="soft tabular">
                  × {quantity} = {formatMoney(total, locale)}
                </span>
              )}
            </ProductLine>
          </li>
        ))}
      </ul>
    </Section>
  );
}
