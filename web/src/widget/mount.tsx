import { render } from "preact";
import { Chat } from "./chat";
import { contrast, inkOn, parseColor, readableOn, toCss, type Rgb } from "./color";
import type { ResolvedSettings } from "./settings";
import { openShelf } from "./storage";
import cards from "./styles/cards.css?inline";
import comparison from "./styles/comparison.css?inline";
import composer from "./styles/composer.css?inline";
import frame from "./styles/frame.css?inline";
import leaf from "./styles/leaf.css?inline";
import strips from "./styles/strips.css?inline";
import talk from "./styles/talk.css?inline";
import tokens from "./styles/tokens.css?inline";
import { App } from "./ui/app";

const LIGHT_SURFACE: Rgb = [255, 255, 255];
const DARK_SURFACE: Rgb = [38, 41, 46];
/** Below this contrast a surface cannot be told from the one it lies on. */
const LEAST_EDGE = 1.4;

/** Puts the widget at the end of the page, in a shadow tree that the page's styles do not reach. */
export function mountWidget(settings: ResolvedSettings): Chat {
  const host = document.createElement("shopkeeper-widget");
  const root = host.attachShadow({ mode: "open" });
  // Constructed sheets need no leave from a content security policy, as style elements would.
  root.adoptedStyleSheets = [tokens, frame, talk, cards, comparison, composer, strips, leaf].map(
    (css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      return sheet;
    },
  );
  document.body.append(host);
  const dir = getComputedStyle(host).direction === "rtl" ? "rtl" : "ltr";
  dress(host, settings, dir);
  const chat = new Chat(settings, {
    local: openShelf("localStorage"),
    tab: openShelf("sessionStorage"),
  });
  render(<App chat={chat} dir={dir} />, root);
  return chat;
}

function dress(
  host: HTMLElement,
  { brandColor, position, colorScheme }: ResolvedSettings,
  dir: "ltr" | "rtl",
): void {
  // By default it stands where a line ends.
  host.dataset.position = position ?? (dir === "rtl" ? "left" : "right");
  if (colorScheme !== "auto") host.style.colorScheme = colorScheme;
  const brand = parseColor(brandColor);
  if (!brand) return;
  const accents = [readableOn(brand, LIGHT_SURFACE), readableOn(brand, DARK_SURFACE)].map(toCss);
  // A brand as light as the paper, or as dark as the night, is drawn with an edge.
  const edges = [LIGHT_SURFACE, DARK_SURFACE].map((surface) =>
    contrast(brand, surface) < LEAST_EDGE ? "var(--edge-strong)" : "transparent",
  );
  host.style.setProperty("--brand-edge", `light-dark(${edges.join(", ")})`);
  host.style.setProperty("--brand", toCss(brand));
  host.style.setProperty("--brand-ink", toCss(inkOn(brand)));
  host.style.setProperty("--accent", `light-dark(${accents.join(", ")})`);
}
