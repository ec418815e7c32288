import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import axe from "axe-core";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ConsoleContext, type Console } from "../../src/console/context";
import type { Drift, DriftName, Measured } from "../../src/console/ui/pages/insight/drift-wire";
import { DriftPanel } from "../../src/console/ui/pages/insight/drift";
import { chooseLanguage, LanguageContext } from "../../src/console/words";

// It draws on a canvas, which there is none of here.
vi.mock("../../src/console/ui/parts/chart", () => ({
  Chart: ({ label }: { label: string }) => <figure aria-label={label} />,
}));

const DAYS = ["2026-03-01", "2026-03-02", "2026-03-03"];
const NAMES: DriftName[] = [
  "words",
  "confidence",
  "fallback",
  "intents",
  "sentiment",
  "behaviour",
  "conversion",
  "out_of_stock",
  "new_goods",
];

const aMeasure = (name: DriftName, values: Partial<Measured> = {}): Measured => ({
  name,
  state: "quiet",
  before: 0.1,
  now: 0.12,
  change: 0.02,
  chance: 0.4,
  shoppers: [50, 200],
  days: [0.1, null, 0.12],
  moved: [],
  ...values,
});

const aDrift = (measures: Measured[], values: Partial<Drift> = {}): Drift => ({
  measured_at: "2026-03-03T12:00:00Z",
  start: "2026-02-01T12:00:00Z",
  last_week: "2026-02-24T12:00:00Z",
  days: DAYS,
  measures,
  new_words: [],
  ...values,
});

/** The panel as the page shows it once the answer is there. */
function show(drift: Drift, locale = "en"): HTMLElement {
  const queries = new QueryClient({ defaultOptions: { queries: { enabled: false } } });
  queries.setQueryData(["drift"], drift);
  document.documentElement.lang = locale;
  document.title = "Insight";
  document.body.innerHTML = `<main><h1>Insight</h1>${renderToStaticMarkup(
    <QueryClientProvider client={queries}>
      <ConsoleContext.Provider value={{} as Console}>
        <LanguageContext.Provider value={chooseLanguage(locale)}>
          <DriftPanel />
        </LanguageContext.Provider>
      </ConsoleContext.Provider>
    </QueryClientProvider>,
  )}</main>`;
  return document.body;
}

afterEach(() => {
  document.body.innerHTML = "";
});

describe("the drift panel", () => {
  it("raises an alarm in a sentence with both figures", () => {
    const alarm = aMeasure("fallback", { state: "alert", before: 0.05, now: 0.2 });
    const alarms = show(aDrift([alarm, aMeasure("words")])).querySelectorAll("[role=status]");
    expect(alarms).toHaveLength(1);
    expect(alarms[0]?.textContent).toContain("20%");
    expect(alarms[0]?.textContent).toContain("5%");
  });

  it("names the kinds that moved in a mix", () => {
    const moved = [{ name: "review", before: 0.06, now: 0.15, days: [0.06, 0.1, 0.15] }];
    const mix = aMeasure("behaviour", { state: "alert", before: null, now: null, moved });
    expect(show(aDrift([mix])).querySelector("[role=status]")?.textContent).toContain("6% → 15%");
  });

  it("is quiet where nothing is alarming", () => {
    const page = show(aDrift(NAMES.map((name) => aMeasure(name))));
    expect(page.querySelectorAll("[role=status]")).toHaveLength(0);
    expect(page.querySelectorAll("tbody tr")).toHaveLength(NAMES.length);
  });

  it("says that too little has happened, and shows no table", () => {
    const page = show(
      aDrift(NAMES.map((name) => aMeasure(name, { state: "too_few", before: null, now: null }))),
    );
    expect(page.textContent).toContain("Too little has happened");
    expect(page.querySelector("table")).toBeNull();
  });

  it("tells words that nobody taught the assistant", () => {
    expect(show(aDrift([aMeasure("words")], { new_words: ["labubu"] })).textContent).toContain(
      "labubu",
    );
  });

  it.each(["en", "zh-CN"])("has words for everything that can alarm (%s)", (locale) => {
    const page = show(aDrift(NAMES.map((name) => aMeasure(name, { state: "alert" }))), locale);
    expect(page.querySelectorAll("[role=status]")).toHaveLength(NAMES.length);
    expect(page.textContent).not.toMatch(/drift[._]|\{\w+\}/);
  });

  it.each(["alert", "quiet"] as const)("has nothing that axe finds (%s)", async (state) => {
    const page = show(aDrift(NAMES.map((name) => aMeasure(name, { state }))));
    // Colours need a real browser.
    const found = await axe.run(page, { rules: { "color-contrast": { enabled: false } } });
    expect(found.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual(
      [],
    );
  });
});
