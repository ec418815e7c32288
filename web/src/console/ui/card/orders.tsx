import { formatMoney } from "../../../shared/money";
import type { Order } from "../../wire";
import { useLanguage } from "../../words";
import { Ago } from "../parts/time";
import { Section } from "./section";

/** What a signed-in shopper has ordered. */
export function Orders({ orders }: { orders: readonly Order[] }) {
  const { say, name, locale } = useLanguage();
  return (
    <Section title={say("orders")} aside={orders.length} hidden={orders.length === 0}>
      <ul className="card-list">
        {orders.map((order) => (
          <li key={order.id} className="order">
            <span className="order-line">
              <strong className="clip">{order.id}</strong>
              <span className="chip">{name("order", order.status)}</span>
              <span className="order-total tabular">{formatMoney(order.total, locale)}</span>
            </span>
            <span className="soft clip">
              <Ago at={order.created_at} /> ·{" "}
              {order.items
                .map(({ title, quantity }) => (quantity > 1 ? `${title} × ${quantity}` : title))
                .join(", ")}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
