import { useEffect, useState } from "preact/hooks";
import type { Selection } from "./api";

/** Where the visitor is. */
export type Route =
  | ({ page: "list" } & Selection)
  | { page: "product"; id: string }
  | { page: "checkout"; cart: string }
  | { page: "missing" };

export function readRoute({ pathname, search }: Pick<URL, "pathname" | "search">): Route {
  const path = pathname.replace(/\/+$/, "");
  const query = new URLSearchParams(search);
  if (path === "/checkout") return { page: "checkout", cart: query.get("cart") ?? "" };
  if (path === "") {
    return { page: "list", category: query.get("category") ?? "", q: query.get("q") ?? "" };
  }
  const id = /^\/products\/([^/]+)$/.exec(path)?.[1];
  try {
    return id === undefined ? { page: "missing" } : { page: "product", id: decodeURIComponent(id) };
  } catch {
    // A broken percent sign in the address.
    return { page: "missing" };
  }
}

export function listPath({ category, q }: Selection): string {
  const query = new URLSearchParams();
  if (category) query.set("category", category);
  if (q) query.set("q", q);
  const text = query.toString();
  return text ? `/?${text}` : "/";
}

export function productPath(id: string): string {
  return `/products/${encodeURIComponent(id)}`;
}

const MOVED = "shop:moved";

export function navigate(path: string): void {
  history.pushState(null, "", path);
  window.dispatchEvent(new Event(MOVED));
  window.scrollTo({ top: 0, behavior: "instant" });
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => readRoute(new URL(location.href)));
  useEffect(() => {
    const update = () => {
      setRoute(readRoute(new URL(location.href)));
    };
    window.addEventListener(MOVED, update);
    window.addEventListener("popstate", update);
    return () => {
      window.removeEventListener(MOVED, update);
      window.removeEventListener("popstate", update);
    };
  }, []);
  return route;
}
