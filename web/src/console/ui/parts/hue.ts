/** A hue in degrees, the same each time for the same words. */
export function hueOf(words: string): number {
  let sum = 0;
  for (const letter of words) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return sum;
}
