import { webAddress } from "../../shared/address";
import { formatMoney } from "../../shared/money";
import { Picture } from "../../shared/picture";
import { fetchCart, type ChatCart, type ChatCartLine } from "../api";
import { openAssistant } from "../assistant";
import { productPath } from "../route";
import { useLanguage } from "../words";
import { Fetched } from "./fetched";
import { Link } from "./link";

/** Where the assistant leads to pay: the very cart that was filled in the chat. Nothing is sold. */
export function Checkout({ id }: { id: string }) {
  return (
    <Fetched fetch={(signal) => fetchCart(id, signal)}>{(cart) => <Cart cart={cart} />}</Fetched>
  );
}

function Cart({ cart }: { cart: ChatCart }) {
  const { say, locale } = useLanguage();
  return (
    <section class="checkout">
      <h1>{say("checkout")}</h1>
      <p class="checkout-note" role="note">
        {say("checkout_note")}
      </p>
      {cart.lines.length === 0 ? (
        <p class="drawer-empty">{say("cart_empty")}</p>
      ) : (
        <>
          <ul class="lines">
            {cart.lines.map((line) => (
              <Line key={line.product_id} line={line} />
            ))}
          </ul>
          <p class="subtotal">
            <span>{say("subtotal")}</span>
            <strong>{formatMoney(cart.total, locale)}</strong>
          </p>
        </>
      )}
      <div class="product-ways">
        <Link to="/" class="push">
          {say("back_home")}
        </Link>
        <button type="button" class="push push-quiet" onClick={openAssistant}>
          {say("hero_ask")}
        </button>
      </div>
    </section>
  );
}

function Line({ line }: { line: ChatCartLine }) {
  const { say, locale } = useLanguage();
  const amount = (Number(line.price.amount) * line.quantity).toFixed(2);
  return (
    <li class="cart-line">
      <Picture
        src={webAddress(line.image_url, location.href)}
        alt=""
        kind={line.category}
        title={line.title}
      />
      <div>
        <Link to={productPath(line.product_id)}>{line.title}</Link>
        <p>
          {line.quantity} × {formatMoney(line.price, locale)}
        </p>
        {line.left === 0 && <p class="stock-out_of_stock">{say("out_of_stock")}</p>}
      </div>
      {line.left > 0 && (
        <strong>{formatMoney({ amount, currency: line.price.currency }, locale)}</strong>
      )}
    </li>
  );
}
