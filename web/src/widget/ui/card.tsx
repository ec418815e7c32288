import { webAddress } from "../../shared/address";
import { discount, formatMoney, isReduced } from "../../shared/money";
import { Picture } from "../../shared/picture";
import { Stars } from "../../shared/stars";
import type { ProductCard } from "../wire";
import { useLanguage } from "../words";
import { useChat } from "./context";
import { SparkIcon } from "./icons";
import { PHONE } from "./panel";

/** What following a product's link does. */
export function useChoose(card: ProductCard): (event: MouseEvent) => void {
  const chat = useChat();
  return (event) => {
    const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (chat.behaviour.choosesCard(card) && isPlain) event.preventDefault();
    // The product's page would lie hidden under a panel that covers the screen.
    if (isPlain && matchMedia(PHONE).matches) chat.close();
  };
}

/** One product: what it is, what it costs, and why it is shown. */
export function Card({ card }: { card: ProductCard }) {
  const chat = useChat();
  const { say, locale } = useLanguage();
  // Pictures lie at the chat's server; product pages belong to the site that the shopper is on.
  const image = webAddress(card.image_url, `${chat.baseUrl}/`);
  const page = webAddress(card.url, location.href);
  const was = isReduced(card.price, card.list_price) ? card.list_price : null;
  const choose = useChoose(card);

  return (
    <li class="card">
      <div class="card-picture">
        <Picture src={image} alt="" kind={card.category} title={card.title} />
        {was && (
          <span class="card-off" dir="ltr">
            −{discount(card.price, was)}%
          </span>
        )}
      </div>
      <div class="card-words">
        {card.brand !== undefined && <p class="card-brand">{card.brand}</p>}
        <h3 dir="auto">
          {page === null ? (
            card.title
          ) : (
            <a href={page} onClick={choose}>
              {card.title}
            </a>
          )}
        </h3>
        <p class="card-meta">
          {card.rating !== undefined && (
            <>
              <Stars rating={card.rating} label={say("rating", { rating: card.rating })} />
              <span aria-hidden="true">{card.rating.toFixed(1)}</span>
            </>
          )}
          <span class={`card-stock stock-${card.availability}`}>
            {say(`availability_${card.availability}`)}
          </span>
        </p>
        <p class="card-price">
          <strong>{formatMoney(card.price, locale)}</strong>
          {was && (
            <s>
              <span class="unseen">{say("list_price")} </span>
              {formatMoney(was, locale)}
            </s>
          )}
        </p>
        {card.reason !== "" && (
          <p class="card-reason">
            <SparkIcon />
            <span dir="auto">{card.reason}</span>
          </p>
        )}
      </div>
    </li>
  );
}
