import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { chooseDictionary, speak, type Say } from "../shared/words";
import en from "./locales/en.json";
import zh from "./locales/zh.json";

export interface Language {
  locale: string;
  say: Say<keyof typeof en>;
}

/** The widget's words in the shopper's language, English where there are none. */
export function chooseLanguage(locale: string): Language {
  return { locale, say: speak<typeof en>(chooseDictionary<typeof en>({ en, zh }, locale), locale) };
}

export const LanguageContext = createContext<Language>(chooseLanguage("en"));

export function useLanguage(): Language {
  return useContext(LanguageContext);
}
