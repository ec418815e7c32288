import type { Canned } from "../wire";

/** The `/word` that is being written right before the cursor. */
export function slashBefore(text: string, cursor: number): { from: number; word: string } | null {
  const match = /(?:^|\s)\/([^\s/]*)$/.exec(text.slice(0, cursor));
  if (!match) return null;
  const word = match[1] ?? "";
  return { from: cursor - word.length - 1, word };
}

/** Those that fit what was typed, best first: by the start of the shortcut, then by any word. */
export function fitting(canned: readonly Canned[], word: string, locale: string): Canned[] {
  const asked = word.toLocaleLowerCase();
  const language = locale.split("-")[0];
  const rank = ({ shortcut, title, text }: Canned) =>
    shortcut.startsWith(asked)
      ? 0
      : title.toLocaleLowerCase().includes(asked)
        ? 1
        : text.toLocaleLowerCase().includes(asked)
          ? 2
          : 3;
  const foreign = (one: Canned) => (one.locale && one.locale.split("-")[0] !== language ? 1 : 0);
  return canned
    .filter((one) => rank(one) < 3)
    .sort(
      (one, other) =>
        foreign(one) - foreign(other) ||
        rank(one) - rank(other) ||
        one.shortcut.localeCompare(other.shortcut),
    );
}

/** The answer with the shopper's name in its gap; without one, the gap closes. */
export function fill(text: string, name: string | null): string {
  return name === null
    ? text.replaceAll(/[ ,，]*\{name\}/g, "").replace(/^[,，!！ ]+/, "")
    : text.replaceAll("{name}", name);
}
