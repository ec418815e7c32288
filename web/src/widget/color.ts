/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [number, number, number];

const LEAST_CONTRAST = 4.5;
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

/** Relative luminance as WCAG 2.2 defines it, from 0 to 1. */
export function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2 contrast ratio, from 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

/** White where it can be read on `background`, else black: one of the two always can. */
export function inkOn(background: Rgb): Rgb {
  return contrast(background, WHITE) >= LEAST_CONTRAST ? WHITE : BLACK;
}

/** `color`, moved towards black or white just as far as it must to be read on `surface`. */
export function readableOn(color: Rgb, surface: Rgb): Rgb {
  const target = luminance(surface) > 0.18 ? BLACK : WHITE;
  for (let step = 0; step < 20; step += 1) {
    const share = step / 20;
    const mixed = color.map((part, at) =>
      Math.round(part + ((target[at] ?? 0) - part) * share),
    ) as unknown as Rgb;
    if (contrast(mixed, surface) >= LEAST_CONTRAST) return mixed;
  }
  return target;
}

export function toCss([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** Any CSS colour as the browser understands it; null when it does not. */
export function parseColor(css: string): Rgb | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const brush = CSS.supports("color", css) ? canvas.getContext("2d") : null;
  if (!brush) return null;
  brush.fillStyle = css;
  brush.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = brush.getImageData(0, 0, 1, 1).data;
  return alpha === 255 ? [red, green, blue] : null;
}
