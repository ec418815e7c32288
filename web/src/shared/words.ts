/** Words with `{name}` gaps, by key; `one`/`other` forms where a count decides. */
export type Dictionary = Readonly<Record<string, string | { one: string; other: string }>>;

export type Say<K extends string> = (
  key: K,
  values?: Readonly<Record<string, string | number>>,
) => string;

/** The dictionary for a BCP 47 tag: its language, or else English. */
export function chooseDictionary<D>(all: { en: D } & Record<string, D>, locale: string): D {
  return all[locale.toLowerCase().split(/[-_]/)[0] ?? "en"] ?? all.en;
}

/** A function that says the words of `dictionary`, with numbers written as `locale` writes them. */
export function speak<D extends Dictionary>(dictionary: D, locale: string): Say<keyof D & string> {
  const language = knownLocale(locale);
  const numbers = new Intl.NumberFormat(language);
  const plurals = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const entry = dictionary[key] ?? key;
    const words =
      typeof entry === "string"
        ? entry
        : plurals.select(Number(values.count)) === "one"
          ? entry.one
          : entry.other;
    return words.replace(/\{(\w+)\}/g, (gap, name: string) => {
      const value = values[name];
      return value === undefined ? gap : typeof value === "number" ? numbers.format(value) : value;
    });
  };
}

/** The tag itself where the browser can read it; a shop's `lang` may be anything. */
export function knownLocale(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale.replace("_", "-"))[0] ?? "en";
  } catch {
    return "en";
  }
}
