import { useState } from "preact/hooks";

/** A hue in degrees, the same each time for the same words. */
export function hueOf(words: string): number {
  let sum = 0;
  for (const letter of words) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return sum;
}

interface PictureProps {
  src: string | null;
  /** What the picture shows. Empty where the words stand beside it. */
  alt: string;
  /** Chooses the tile that stands in for a missing picture: a kind of goods keeps one colour. */
  kind: string;
  title: string;
  eager?: boolean;
}

/** A product's picture, or a quiet drawn tile with its initial where there is none. */
export function Picture({ src, alt, kind, title, eager = false }: PictureProps) {
  const [broken, setBroken] = useState<string | null>(null);
  if (src !== null && src !== broken) {
    return (
      <img
        class="picture"
        src={src}
        alt={alt}
        loading={eager ? "eager" : "lazy"}
        decoding="async"
        onError={() => {
          setBroken(src);
        }}
      />
    );
  }
  const initial = title.trim().charAt(0).toLocaleUpperCase();
  return (
    <span
      class="picture picture-tile"
      style={{ "--tile-hue": String(hueOf(kind)) }}
      {...(alt ? { role: "img", "aria-label": alt } : { "aria-hidden": true })}
    >
      <svg viewBox="0 0 100 100" aria-hidden="true" focusable="false">
        <circle cx="82" cy="16" r="34" class="tile-shape" />
        <circle cx="10" cy="96" r="28" class="tile-shape" />
        <text x="50" y="52" text-anchor="middle" dominant-baseline="central">
          {initial}
        </text>
      </svg>
    </span>
  );
}
