import { useEffect, useState } from "preact/hooks";
import type { Demo, Product } from "../api";
import { itemOf, onProductChosen, showPage, track } from "../assistant";
import { useCart } from "../cart";
import { navigate, productPath, useRoute } from "../route";
import { useVisitor } from "../visitor";
import { useLanguage } from "../words";
import { CartDrawer } from "./cart-drawer";
import { Checkout } from "./checkout";
import { Header } from "./header";
import { Listing } from "./listing";
import { Missing } from "./trouble";
import { ProductPage } from "./product-page";
import { Toast } from "./toast";

interface ShopProps {
  demo: Demo;
  onSwitchLocale: () => void;
}

/** The storefront: header, the page that the address names, footer, and the cart at the side. */
export function Shop({ demo, onSwitchLocale }: ShopProps) {
  const { say } = useLanguage();
  const route = useRoute();
  const [cart, change] = useCart();
  const [visitor, choose] = useVisitor(demo.customers);
  const [showsCart, setShowsCart] = useState(false);
  const [added, setAdded] = useState<Product | null>(null);
  const productId = route.page === "product" ? route.id : undefined;

  useEffect(() => {
    onProductChosen((id) => {
      navigate(productPath(id));
    });
  }, []);

  useEffect(() => {
    showPage(productId);
    if (productId === undefined) document.title = `${demo.shop.name}: ${demo.shop.tagline}`;
  }, [route]);

  const alter = (product: Product, by: number) => {
    change(product, by);
    const name = by > 0 ? "add_to_cart" : "remove_from_cart";
    track(name, { items: [itemOf(product, Math.abs(by))] });
  };

  return (
    <>
      <Header
        demo={demo}
        route={route}
        visitor={visitor}
        cart={cart}
        onChoose={choose}
        onShowCart={() => {
          setShowsCart(true);
        }}
        onSwitchLocale={onSwitchLocale}
      />
      <main class="page">
        {route.page === "list" && (
          <Listing
            key={`${route.category} ${route.q}`}
            demo={demo}
            category={route.category}
            q={route.q}
          />
        )}
        {route.page === "product" && (
          <ProductPage
            key={route.id}
            id={route.id}
            shopName={demo.shop.name}
            onAdd={(product) => {
              alter(product, 1);
              setAdded({ ...product });
            }}
          />
        )}
        {route.page === "checkout" && <Checkout key={route.cart} id={route.cart} />}
        {route.page === "missing" && <Missing />}
      </main>
      <footer class="footer">
        <p class="footer-name">{demo.shop.name}</p>
        <p>{say("demo_note")}</p>
        <p>{say("made_with")}</p>
      </footer>
      <Toast
        product={added}
        onShowCart={() => {
          setAdded(null);
          setShowsCart(true);
        }}
        onGone={() => {
          setAdded(null);
        }}
      />
      {showsCart && (
        <CartDrawer
          cart={cart}
          onChange={alter}
          onClose={() => {
            setShowsCart(false);
          }}
        />
      )}
    </>
  );
}
