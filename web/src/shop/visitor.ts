import { useState } from "preact/hooks";
import type { DemoCustomer } from "./api";
import { identify } from "./assistant";

const KEY = "demo-shop:customer";

/** The demo customer chosen in this browser, if the shop still knows them. */
export function storedCustomer(customers: readonly DemoCustomer[]): DemoCustomer | null {
  let id: string | null = null;
  try {
    id = localStorage.getItem(KEY);
  } catch {
    // Without storage every visit begins as a guest.
  }
  return customers.find((customer) => customer.id === id) ?? null;
}

type Choose = (customer: DemoCustomer | null) => void;

export function useVisitor(customers: readonly DemoCustomer[]): [DemoCustomer | null, Choose] {
  const [visitor, setVisitor] = useState(() => storedCustomer(customers));
  const choose: Choose = (customer) => {
    setVisitor(customer);
    identify(customer);
    try {
      if (customer) localStorage.setItem(KEY, customer.id);
      else localStorage.removeItem(KEY);
    } catch {
      // The choice then lasts as long as the page.
    }
  };
  return [visitor, choose];
}
