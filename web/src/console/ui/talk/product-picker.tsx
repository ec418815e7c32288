import { Check, PackageSearch, Search } from "lucide-react";
import { useEffect, useState } from "react";
import { useProducts } from "../../queries";
import type { ProductCard } from "../../wire";
import { useLanguage } from "../../words";
import { Modal } from "../parts/dialog";
import { ProductLine } from "../parts/product";
import { Bones, Empty, Trouble } from "../parts/states";

const SETTLE_MS = 250;

interface ProductPickerProps {
  conversationId: string;
  open: boolean;
  onClose: () => void;
  onPick: (cards: ProductCard[]) => void;
}

/** Products for this shopper, as the recommender ranks them; without words, for what was asked so far. */
export function ProductPicker(props: ProductPickerProps) {
  const { say } = useLanguage();
  const [picked, setPicked] = useState<ProductCard[]>([]);
  const close = () => {
    setPicked([]);
    props.onClose();
  };
  return (
    <Modal
      wide
      title={say("picker")}
      open={props.open}
      onClose={close}
      foot={
        <>
          <button type="button" className="button button-plain" onClick={close}>
            {say("cancel")}
          </button>
          <button
            type="button"
            className="button button-main"
            disabled={picked.length === 0}
            onClick={() => {
              props.onPick(picked);
              setPicked([]);
            }}
          >
            {say("pick", { count: picked.length })}
          </button>
        </>
      }
    >
      <Shelf conversationId={props.conversationId} picked={picked} onPicked={setPicked} />
    </Modal>
  );
}

interface ShelfProps {
  conversationId: string;
  picked: readonly ProductCard[];
  onPicked: (cards: ProductCard[]) => void;
}

function Shelf({ conversationId, picked, onPicked }: ShelfProps) {
  const { say } = useLanguage();
  const [words, setWords] = useState("");
  const [asked, setAsked] = useState("");
  useEffect(() => {
    const clock = setTimeout(() => {
      setAsked(words.trim());
    }, SETTLE_MS);
    return () => {
      clearTimeout(clock);
    };
  }, [words]);
  const found = useProducts(conversationId, asked, true);
  const toggle = (card: ProductCard) => {
    const rest = picked.filter((one) => one.product_id !== card.product_id);
    onPicked(rest.length < picked.length ? rest : [...picked, card]);
  };
  return (
    <>
      <div className="search">
        <Search size={15} aria-hidden="true" />
        <input
          className="search-field"
          type="search"
          autoFocus
          aria-label={say("picker.search")}
          placeholder={say("picker.search")}
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
          }}
        />
      </div>
      <p className="field-hint">
        {say(found.data?.degraded ? "picker.degraded" : asked ? "picker.ranked" : "picker.wishes")}
      </p>
      <div className="shelf-frame" aria-busy={found.isFetching}>
        {found.isPending ? (
          <Bones count={4} height={64} />
        ) : found.isError ? (
          <Trouble error={found.error} onRetry={() => void found.refetch()} />
        ) : found.data.products.length === 0 ? (
          <Empty icon={PackageSearch} title={say("picker.none")} hint={say("picker.none_hint")} />
        ) : (
          <ul className="shelf">
            {found.data.products.map((card) => {
              const on = picked.some((one) => one.product_id === card.product_id);
              return (
                <li key={card.product_id}>
                  <button
                    type="button"
                    className="shelf-item"
                    aria-pressed={on}
                    onClick={() => {
                      toggle(card);
                    }}
                  >
                    <ProductLine product={card}>
                      <span className="product-why">{card.reason}</span>
                    </ProductLine>
                    <span className="shelf-check" aria-hidden="true">
                      {on && <Check size={14} />}
                    </span>
                  </button>
                </li>
              );
            })}
          </ul>
        )}
      </div>
    </>
  );
}
