import type { Summary } from "../wire";
import type { Language } from "../words";

/** What to call the shopper: guests are told apart by the end of their conversation's id. */
export function shopperName({ customer, id }: Summary, say: Language["say"]): string {
  return customer ? customer.name : `${say("guest")} ${id.slice(-4).toUpperCase()}`;
}
