import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { chooseDictionary, speak, type Say } from "../shared/words";
import en from "./locales/en.json";
import zh from "./locales/zh.json";

export interface Language {
  locale: string;
  say: Say<keyof typeof en>;
}

const KEY = "demo-shop:locale";

/** The storefront's words. */
export function chooseLanguage(locale: string): Language {
  return { locale, say: speak<typeof en>(chooseDictionary<typeof en>({ en, zh }, locale), locale) };
}

export const LanguageContext = createContext<Language>(chooseLanguage("en"));

export function useLanguage(): Language {
  return useContext(LanguageContext);
}

/** The language chosen here before, or else the browser's. */
export function storedLocale(): string {
  try {
    return localStorage.getItem(KEY) ?? navigator.language;
  } catch {
    return navigator.language;
  }
}

export function storeLocale(locale: string): void {
  try {
    localStorage.setItem(KEY, locale);
  } catch {
    // The choice then lasts as long as the page.
  }
}

/** "home decor" as a heading. */
export function headline(words: string): string {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1).replaceAll("_", " ");
}
