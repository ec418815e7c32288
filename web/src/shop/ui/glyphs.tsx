import type { ComponentChildren } from "preact";

function Glyph({ children }: { children: ComponentChildren }) {
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const SearchGlyph = () => (
  <Glyph>
    <path d="M10.8 4a6.8 6.8 0 1 1 0 13.6 6.8 6.8 0 0 1 0-13.6zM15.8 15.8L20 20" />
  </Glyph>
);

export const BagGlyph = () => (
  <Glyph>
    <path d="M5 8.5h14l-1 10.3a1.8 1.8 0 0 1-1.8 1.7H7.8a1.8 1.8 0 0 1-1.8-1.7zM8.5 10.5v-3a3.5 3.5 0 0 1 7 0v3" />
  </Glyph>
);

export const CrossGlyph = () => (
  <Glyph>
    <path d="M6 6l12 12M18 6L6 18" />
  </Glyph>
);

export const CaretGlyph = () => (
  <Glyph>
    <path d="M7 10l5 5 5-5" />
  </Glyph>
);

export const TalkGlyph = () => (
  <Glyph>
    <path d="M12 4c-4.7 0-8.2 3-8.2 7 0 2.2 1 4 2.7 5.3L6 19.8l3.5-1.8c.8.2 1.6.3 2.5.3 4.7 0 8.2-3.3 8.2-7.3s-3.5-7-8.2-7z" />
  </Glyph>
);

export const CheckGlyph = () => (
  <Glyph>
    <path d="M5 12.5l4.5 4.5L19 7.5" />
  </Glyph>
);
