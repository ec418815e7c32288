import { knownLocale } from "./words";

export interface Amount {
  amount: string;
  currency: string;
}

/** The price as the shopper's language writes it; a currency nobody knows stays as its code. */
export function formatMoney({ amount, currency }: Amount, locale: string): string {
  const value = Number(amount);
  try {
    return new Intl.NumberFormat(knownLocale(locale), {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
    }).format(value);
  } catch {
    return `${amount} ${currency}`.trim();
  }
}

/** True when `was` really is more than `now`, in the same money. */
export function isReduced(now: Amount, was: Amount | null | undefined): was is Amount {
  return !!was && was.currency === now.currency && Number(was.amount) > Number(now.amount);
}

/** By how many percent `now` is below `was`, rounded. */
export function discount(now: Amount, was: Amount): number {
  return Math.round((1 - Number(now.amount) / Number(was.amount)) * 100);
}
