import { useEffect, useMemo, useState } from "preact/hooks";
import { fetchDemo, type Demo } from "../api";
import { embedAssistant, speakLocale } from "../assistant";
import { storedCustomer } from "../visitor";
import { chooseLanguage, LanguageContext, storedLocale, storeLocale } from "../words";
import { Shop } from "./shop";
import { Trouble } from "./trouble";

/** Fetches what the shop is, embeds the assistant, and shows the storefront. */
export function ShopApp() {
  const [demo, setDemo] = useState<Demo | null>(null);
  const [failed, setFailed] = useState(false);
  const [locale, setLocale] = useState(storedLocale);
  const language = useMemo(() => chooseLanguage(locale), [locale]);

  const load = () => {
    setFailed(false);
    fetchDemo().then(
      (found) => {
        const customer = storedCustomer(found.customers);
        embedAssistant({
          locale,
          ...(customer && { customer: { id: customer.id, signature: customer.signature } }),
        });
        setDemo(found);
      },
      () => {
        setFailed(true);
      },
    );
  };
  useEffect(load, []);

  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);

  const switchLocale = () => {
    const next = locale.startsWith("zh") ? "en" : "zh";
    setLocale(next);
    storeLocale(next);
    speakLocale(next);
  };

  return (
    <LanguageContext.Provider value={language}>
      {failed && <Trouble onRetry={load} />}
      {demo && <Shop demo={demo} onSwitchLocale={switchLocale} />}
    </LanguageContext.Provider>
  );
}
