import { describe, expect, it } from "vitest";
import { discount, formatMoney, isReduced } from "../../src/shared/money";
import { chooseDictionary, knownLocale, speak } from "../../src/shared/words";
import shopEn from "../../src/shop/locales/en.json";
import shopZh from "../../src/shop/locales/zh.json";
import widgetEn from "../../src/widget/locales/en.json";
import widgetZh from "../../src/widget/locales/zh.json";

describe("words", () => {
  const dictionary = { left: { one: "{count} left", other: "{count} are left" }, hi: "Hi {name}" };

  it("fill their gaps and follow the count", () => {
    const say = speak(dictionary, "en");
    expect(say("hi", { name: "{count}" })).toBe("Hi {count}");
    expect(say("left", { count: 1 })).toBe("1 left");
    expect(say("left", { count: 1_234 })).toBe("1,234 are left");
    expect(say("hi")).toBe("Hi {name}");
  });

  it("come in the language of the tag, else in English", () => {
    const all = { en: "e", zh: "z" };
    expect(
      ["zh-CN", "zh_TW", "ZH", "en-GB", "fr", ""].map((tag) => chooseDictionary(all, tag)),
    ).toEqual(["z", "z", "z", "e", "e", "e"]);
  });

  it("survive a language tag that is none", () => {
    expect(knownLocale("zh_CN")).toBe("zh-CN");
    expect(knownLocale("!!")).toBe("en");
  });

  it.each([
    ["widget", widgetEn, widgetZh],
    ["shop", shopEn, shopZh],
  ])("of the %s are all there in both languages, with the same gaps", (_, en, zh) => {
    const gaps = (words: object) =>
      Object.fromEntries(
        Object.entries(words).map(([key, value]) => [
          key,
          [...new Set(JSON.stringify(value).match(/\{\w+\}/g))].sort(),
        ]),
      );
    expect(gaps(zh)).toEqual(gaps(en));
  });
});

describe("money", () => {
  const usd = (amount: string) => ({ amount, currency: "USD" });

  it("is written as the language writes it", () => {
    expect(formatMoney(usd("1234.5"), "en")).toBe("$1,234.50");
    expect(formatMoney({ amount: "1200", currency: "JPY" }, "en")).toBe("¥1,200");
    expect(formatMoney({ amount: "5", currency: "coins" }, "en")).toBe("5 coins");
  });

  it("is reduced only from more of the same", () => {
    expect(isReduced(usd("9.00"), usd("12.00"))).toBe(true);
    expect(isReduced(usd("9.00"), usd("9.00"))).toBe(false);
    expect(isReduced(usd("9.00"), { amount: "12", currency: "EUR" })).toBe(false);
    expect(isReduced(usd("9.00"), null)).toBe(false);
    expect(discount(usd("9.00"), usd("12.00"))).toBe(25);
  });
});
