import { webAddress } from "../shared/address";
import type { WidgetEvents } from "../widget/emitter";
import type { Tracked } from "../widget/global";
import type { Settings } from "../widget/settings";
import type { DemoCustomer, Product } from "./api";

/** Calls wait in a plain list until the widget is there: that is how any page may queue them. */
function call(name: string, ...values: unknown[]): void {
  const api = (window.Shopkeeper ??= []);
  (api as unknown[]).push([name, ...values]);
}

/** Puts the widget on the page as any shop does: settings first, then one async script tag. */
export function embedAssistant(settings: Settings): void {
  window.shopkeeperSettings = settings;
  const script = document.createElement("script");
  script.async = true;
  script.src = "/widget.js";
  document.head.append(script);
}

/** Lets the shop take the visitor to a card's product without loading the page anew. */
export function onProductChosen(go: (productId: string) => void): void {
  call("on", "product", ({ card, preventDefault }: WidgetEvents["product"]) => {
    const address = webAddress(card.url, location.href);
    if (!address?.startsWith(`${location.origin}/products/`)) return;
    preventDefault();
    go(card.product_id);
  });
}

export function openAssistant(): void {
  call("open");
}

export function identify(customer: DemoCustomer | null): void {
  call("setUser", customer && { id: customer.id, signature: customer.signature });
}

export function speakLocale(locale: string): void {
  call("setLocale", locale);
}

export function showPage(productId?: string): void {
  const page = { url: location.href, ...(productId !== undefined && { product_id: productId }) };
  call("setContext", { page });
}

export function track(name: string, about: Tracked): void {
  call("track", name, about);
}

export function itemOf(product: Product, quantity?: number) {
  return {
    item_id: product.id,
    price: Number(product.price.amount),
    ...(quantity !== undefined && { quantity }),
  };
}
