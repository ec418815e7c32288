import { useEffect, useState } from "preact/hooks";
import type { Demo, DemoCustomer } from "../api";
import { track } from "../assistant";
import { countItems, type Cart } from "../cart";
import { listPath, navigate, type Route } from "../route";
import { headline, useLanguage } from "../words";
import { Account } from "./account";
import { BagGlyph, SearchGlyph } from "./glyphs";
import { Link } from "./link";

interface HeaderProps {
  demo: Demo;
  route: Route;
  visitor: DemoCustomer | null;
  cart: Cart;
  onChoose: (customer: DemoCustomer | null) => void;
  onShowCart: () => void;
  onSwitchLocale: () => void;
}

export function Header(props: HeaderProps) {
  const { demo, route, visitor, cart, onChoose, onShowCart, onSwitchLocale } = props;
  const { say, locale } = useLanguage();
  const count = countItems(cart);
  return (
    <header class="shop-header">
      <div class="bar">
        <Link to="/" class="wordmark">
          {demo.shop.name}
        </Link>
        <SearchField q={route.page === "list" ? route.q : ""} />
        <div class="bar-tools">
          <button
            type="button"
            class="tool tool-language"
            aria-label={say("language")}
            onClick={onSwitchLocale}
          >
            {locale.startsWith("zh") ? "EN" : "中文"}
          </button>
          {demo.customers.length > 0 && (
            <Account customers={demo.customers} visitor={visitor} onChoose={onChoose} />
          )}
          <button
            type="button"
            class="tool tool-cart"
            aria-label={say("cart_count", { count })}
            onClick={onShowCart}
          >
            <BagGlyph />
            {count > 0 && <span class="tool-count">{count}</span>}
          </button>
        </div>
      </div>
      <Categories demo={demo} current={route.page === "list" ? route.category : null} />
    </header>
  );
}

function SearchField({ q }: { q: string }) {
  const { say } = useLanguage();
  const [words, setWords] = useState(q);
  useEffect(() => {
    setWords(q);
  }, [q]);
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        const term = words.trim();
        navigate(listPath({ category: "", q: term }));
        if (term) track("search", { search_term: term });
      }}
    >
      <SearchGlyph />
      <input
        type="search"
        name="q"
        value={words}
        maxLength={200}
        autocomplete="off"
        placeholder={say("search_placeholder")}
        aria-label={say("search")}
        onInput={(event) => {
          setWords(event.currentTarget.value);
        }}
      />
    </form>
  );
}

/** `current` is "" for everything, and null away from the lists. */
function Categories({ demo, current }: { demo: Demo; current: string | null }) {
  const { say } = useLanguage();
  return (
    <nav class="chips" aria-label={say("categories")}>
      <Link to="/" class="chip" current={current === ""}>
        {say("all")}
      </Link>
      {demo.categories.map(({ name, count }) => (
        <Link
          key={name}
          to={listPath({ category: name, q: "" })}
          class="chip"
          current={current === name}
        >
          {headline(name)}
          <span class="chip-count">{count}</span>
        </Link>
      ))}
    </nav>
  );
}
