import { webAddress } from "../../shared/address";
import { formatMoney } from "../../shared/money";
import { Picture } from "../../shared/picture";
import type { ComparedRow, Comparison, ProductCard } from "../wire";
import { useLanguage } from "../words";
import { useChoose } from "./card";
import { useChat } from "./context";
import { CheckIcon } from "./icons";

interface ComparisonTableProps {
  comparison: Comparison;
  /** The card of each column, in order. */
  cards: readonly ProductCard[];
}

/** Products side by side. Where it is wider than the panel it scrolls, and the labels stay. */
export function ComparisonTable({ comparison, cards }: ComparisonTableProps) {
  const { say } = useLanguage();
  return (
    // Who has no pointer scrolls a region that takes the focus.
    <div class="comparison" role="region" aria-label={say("comparison")} tabIndex={0}>
      <table>
        <caption class="unseen">{say("comparison")}</caption>
        <thead>
          <tr>
            <td />
            {cards.map((card) => (
              <Head key={card.product_id} card={card} />
            ))}
          </tr>
        </thead>
        <tbody>
          {comparison.rows.map((row) => (
            <tr key={row.label}>
              <th scope="row">{row.label}</th>
              {row.values.map((_, at) => (
                <Cell key={at} row={row} at={at} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The cards of the columns, in order; null where one is missing and the table cannot be headed. */
export function columnCards(
  comparison: Comparison | undefined,
  cards: readonly ProductCard[],
): ProductCard[] | null {
  const found = comparison?.columns.map((column) =>
    cards.find((card) => card.product_id === column.product_id),
  );
  return found?.every((card) => card !== undefined) ? found : null;
}

function Head({ card }: { card: ProductCard }) {
  const chat = useChat();
  const { locale } = useLanguage();
  const choose = useChoose(card);
  const page = webAddress(card.url, location.href);
  const image = webAddress(card.image_url, `${chat.baseUrl}/`);
  return (
    <th scope="col">
      <span class="comparison-picture">
        <Picture src={image} alt="" kind={card.category} title={card.title} />
      </span>
      {page === null ? (
        card.title
      ) : (
        <a href={page} onClick={choose}>
          {card.title}
        </a>
      )}
      <span class="comparison-price">{formatMoney(card.price, locale)}</span>
    </th>
  );
}

function Cell({ row, at }: { row: ComparedRow; at: number }) {
  const { say } = useLanguage();
  const value = row.values[at] ?? null;
  if (value === null) {
    return (
      <td class="comparison-gap">
        <span aria-hidden="true">–</span>
        <span class="unseen">{say("comparison_unknown")}</span>
      </td>
    );
  }
  if (row.best !== at) return <td>{value}</td>;
  return (
    <td class="comparison-best">
      {value}
      <CheckIcon />
      <span class="unseen"> {say("comparison_best")}</span>
    </td>
  );
}
