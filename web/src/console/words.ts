import { createContext, useContext } from "react";
import { chooseDictionary, speak, type Say } from "../shared/words";
import en from "./locales/en.json";
import zh from "./locales/zh.json";

export type WordKey = keyof typeof en;

export interface Language {
  locale: string;
  say: Say<WordKey>;
  /** Words that a code of the server's stands for; the code itself, made readable, where there are none. */
  name: (group: string, code: string) => string;
}

/** The console's words. */
export function chooseLanguage(locale: string): Language {
  const dictionary = chooseDictionary<typeof en>({ en, zh }, locale);
  const say = speak<typeof en>(dictionary, locale);
  return {
    locale,
    say,
    name: (group, code) => {
      const key = `${group}.${code}`;
      return key in dictionary ? say(key as WordKey) : readable(code);
    },
  };
}

/** "ask_product_detail" as words. */
export function readable(code: string): string {
  const words = code.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

export const LanguageContext = createContext<Language>(chooseLanguage("en"));

export function useLanguage(): Language {
  return useContext(LanguageContext);
}
