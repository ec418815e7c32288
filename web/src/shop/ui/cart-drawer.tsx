import { useEffect, useRef } from "preact/hooks";
import { webAddress } from "../../shared/address";
import { formatMoney } from "../../shared/money";
import { Picture } from "../../shared/picture";
import type { Product } from "../api";
import { sumUp, type Cart, type CartLine } from "../cart";
import { productPath } from "../route";
import { useLanguage } from "../words";
import { CrossGlyph } from "./glyphs";
import { Link } from "./link";

interface CartDrawerProps {
  cart: Cart;
  onChange: (product: Product, by: number) => void;
  onClose: () => void;
}

export function CartDrawer({ cart, onChange, onClose }: CartDrawerProps) {
  const { say, locale } = useLanguage();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="drawer"
      aria-label={say("cart")}
      onClose={onClose}
      onClick={(event) => {
        // The dialog itself is only hit on its backdrop, or where a link led away.
        const target = event.target as Element;
        if (target === event.currentTarget || target.closest("a")) dialog.current?.close();
      }}
    >
      <div class="drawer-body">
        <div class="drawer-head">
          <h2>{say("cart")}</h2>
          <button
            type="button"
            class="tool"
            aria-label={say("close")}
            onClick={() => dialog.current?.close()}
          >
            <CrossGlyph />
          </button>
        </div>
        {cart.length === 0 ? (
          <p class="drawer-empty">{say("cart_empty")}</p>
        ) : (
          <ul class="lines">
            {cart.map((line) => (
              <Line key={line.product.id} line={line} onChange={onChange} />
            ))}
          </ul>
        )}
        <div class="drawer-foot">
          {cart.length > 0 && (
            <p class="subtotal">
              <span>{say("subtotal")}</span>
              <strong>{formatMoney(sumUp(cart), locale)}</strong>
            </p>
          )}
          <p class="drawer-note">{say("demo_note")}</p>
        </div>
      </div>
    </dialog>
  );
}

interface LineProps {
  line: CartLine;
  onChange: (product: Product, by: number) => void;
}

function Line({ line: { product, quantity }, onChange }: LineProps) {
  const { say, locale } = useLanguage();
  return (
    <li class="cart-line">
      <Picture
        src={webAddress(product.image_url, location.href)}
        alt=""
        kind={product.category}
        title={product.title}
      />
      <div>
        <Link to={productPath(product.id)}>{product.title}</Link>
        <p>{formatMoney(product.price, locale)}</p>
      </div>
      <div class="quantity">
        <button
          type="button"
          aria-label={say("fewer")}
          onClick={() => {
            onChange(product, -1);
          }}
        >
          −
        </button>
        <span>{quantity}</span>
        <button
          type="button"
          aria-label={say("more")}
          onClick={() => {
            onChange(product, 1);
          }}
        >
          +
        </button>
      </div>
    </li>
  );
}
