import type { Customer, Page } from "./wire";

export type Position = "right" | "left";
export type ColorScheme = "auto" | "light" | "dark";

/** What a shop may put into `window.shopkeeperSettings`, or hand to `Shopkeeper.run`. */
export interface Settings {
  /** Where the chat API is; by default the origin that the script itself came from. */
  baseUrl?: string;
  /** By default the page's `lang`, then the browser's language. */
  locale?: string;
  customer?: Customer | null;
  page?: Page | null;
  /** Any CSS colour; text on it turns black or white, whichever reads better. */
  brandColor?: string;
  /** By default where the page's lines end. */
  position?: Position;
  colorScheme?: ColorScheme;
  /** Open at once. */
  open?: boolean;
}

export interface ResolvedSettings {
  baseUrl: string;
  locale: string;
  customer: Customer | null;
  page: Page;
  brandColor: string;
  position: Position | null;
  colorScheme: ColorScheme;
  open: boolean;
}

const BRAND = "#1f5f4e";

/** Fills the gaps. `scriptUrl` is the address of widget.js. */
export function resolveSettings(settings: Settings, scriptUrl: string | null): ResolvedSettings {
  const origin = scriptUrl ? new URL(scriptUrl, location.href).origin : location.origin;
  const { colorScheme } = settings;
  return {
    baseUrl: new URL(settings.baseUrl ?? origin, location.href).href.replace(/\/+$/, ""),
    locale: settings.locale ?? (document.documentElement.lang || navigator.language || "en"),
    customer: settings.customer ?? null,
    page: settings.page ?? { url: location.href },
    brandColor: settings.brandColor ?? BRAND,
    position:
      settings.position === "left" || settings.position === "right" ? settings.position : null,
    colorScheme: colorScheme === "light" || colorScheme === "dark" ? colorScheme : "auto",
    open: settings.open ?? false,
  };
}
