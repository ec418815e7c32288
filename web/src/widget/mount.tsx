import { render } from "preact";
import { Chat } from "./chat";
import { inkOn, parseColor, readableOn, toCss, type Rgb } from "./color";
import type { ResolvedSettings } from "./settings";
import { openShelf } from "./storage";
import cards from "./styles/cards.css?inline";
import comparison from "./styles/comparison.css?inline";
import composer from "./styles/composer.css?inline";
import frame from "./styles/frame.css?inline";
import talk from "./styles/talk.css?inline";
import tokens from "./styles/tokens.css?inline";
import { App } from "./ui/app";

const LIGHT_SURFACE: Rgb = [255, 255, 255];
const DARK_SURFACE: Rgb = [38, 41, 46];

/** Puts the widget at the end of the page, in a shadow tree that the page's styles do not reach. */
export function mountWidget(settings: ResolvedSettings): Chat {
  const host = document.createElement("shopkeeper-widget");
  const root = host.attachShadow({ mode: "open" });
  // Constructed sheets need no leave from a content security policy, as style elements would.
  root.adoptedStyleSheets = [tokens, frame, talk, cards, comparison, composer].map((css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    return sheet;
  });
  dress(host, settings);
  document.body.append(host);
  const chat = new Chat(settings, {
    local: openShelf("localStorage"),
    tab: openShelf("sessionStorage"),
  });
  render(<App chat={chat} />, root);
  return chat;
}

function dress(host: HTMLElement, { brandColor, position, colorScheme }: ResolvedSettings): void {
  host.dataset.position = position;
  if (colorScheme !== "auto") host.style.colorScheme = colorScheme;
  const brand = parseColor(brandColor);
  if (!brand) return;
  const accents = [readableOn(brand, LIGHT_SURFACE), readableOn(brand, DARK_SURFACE)].map(toCss);
  host.style.setProperty("--brand", toCss(brand));
  host.style.setProperty("--brand-ink", toCss(inkOn(brand)));
  host.style.setProperty("--accent", `light-dark(${accents.join(", ")})`);
}
