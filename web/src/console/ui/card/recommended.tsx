import { Eye, MousePointerClick, PackageCheck, ShoppingCart } from "lucide-react";
import type { Recommended } from "../../wire";
import { useLanguage } from "../../words";
import { ProductLine } from "../parts/product";
import { Ago } from "../parts/time";
import { Section } from "./section";

/** What the bot recommended, why, and what came of it. */
export function RecommendedList({ rankings }: { rankings: readonly Recommended[] }) {
  const { say } = useLanguage();
  return (
    <Section title={say("recommended")} hidden={rankings.length === 0}>
      {rankings.map((ranking) => (
        <div key={ranking.ranking_id} className="ranking">
          <p className="ranking-head">
            <Ago at={ranking.at} />
            {ranking.degraded && <span className="chip chip-amber">{say("degraded")}</span>}
          </p>
          <ul className="card-list">
            {ranking.items.map((item) => (
              <li key={item.product.product_id}>
                <ProductLine product={item.product}>
                  <span className="product-why">{item.product.reason}</span>
                  <Outcome item={item} />
                </ProductLine>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Section>
  );
}

function Outcome({ item }: { item: Recommended["items"][number] }) {
  const { say } = useLanguage();
  if (item.bought) {
    return (
      <span className="outcome outcome-good">
        <PackageCheck size={12} aria-hidden="true" />
        {say("bought")}
      </span>
    );
  }
  if (item.carted) {
    return (
      <span className="outcome outcome-good">
        <ShoppingCart size={12} aria-hidden="true" />
        {say("carted")}
      </span>
    );
  }
  return (
    <span className="outcome">
      {item.clicked ? (
        <MousePointerClick size={12} aria-hidden="true" />
      ) : (
        <Eye size={12} aria-hidden="true" />
      )}
      {say(item.clicked ? "clicked" : "shown")}
    </span>
  );
}
