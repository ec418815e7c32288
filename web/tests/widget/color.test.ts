import { describe, expect, it } from "vitest";
import { contrast, inkOn, readableOn, type Rgb } from "../../src/widget/color";

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const DARK: Rgb = [38, 41, 46];
const BRANDS: Rgb[] = [
  [31, 95, 78],
  [255, 214, 0],
  [118, 118, 118],
  [255, 0, 92],
  [0, 0, 0],
  [255, 255, 255],
];

describe("colours", () => {
  it("measures contrast as WCAG does", () => {
    expect(contrast(WHITE, BLACK)).toBeCloseTo(21);
    expect(contrast([119, 119, 119], WHITE)).toBeCloseTo(4.48, 2);
  });

  it.each(BRANDS)("rgb(%i, %i, %i) gets words that can be read on it and beside it", (...brand) => {
    expect(contrast(inkOn(brand), brand)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(readableOn(brand, WHITE), WHITE)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(readableOn(brand, DARK), DARK)).toBeGreaterThanOrEqual(4.5);
  });

  it("leaves a colour alone that can be read already", () => {
    expect(readableOn([31, 95, 78], WHITE)).toEqual([31, 95, 78]);
  });
});
