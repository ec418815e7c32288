/**
 * The absolute address, or null for anything a browser should not be sent to.
 *
 * Catalogues come from feeds and may carry `javascript:` and the like.
 */
export function webAddress(address: string | null | undefined, base: string): string | null {
  if (!address) return null;
  try {
    const url = new URL(address, base);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
