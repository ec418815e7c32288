import { useEffect } from "preact/hooks";
import type { Product } from "../api";
import { useLanguage } from "../words";
import { CheckGlyph } from "./glyphs";

interface ToastProps {
  product: Product | null;
  onShowCart: () => void;
  onGone: () => void;
}

const SHOWN_MS = 5_000;

/** Says for a while what was put into the cart. */
export function Toast({ product, onShowCart, onGone }: ToastProps) {
  const { say } = useLanguage();
  useEffect(() => {
    if (!product) return;
    const clock = setTimeout(onGone, SHOWN_MS);
    return () => {
      clearTimeout(clock);
    };
  }, [product]);
  return (
    <div class="toast-place" role="status">
      {product && (
        <div class="toast">
          <CheckGlyph />
          <p>
            <strong>{say("added")}</strong>
            <span>{product.title}</span>
          </p>
          <button type="button" onClick={onShowCart}>
            {say("view_cart")}
          </button>
        </div>
      )}
    </div>
  );
}
