const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const LONGEST = 40;

/** A name for an intent, made of what somebody typed: "Gift wrap?" becomes "gift_wrap". */
export function intentName(words: string): string {
  return words
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^[_\d]+|_+$/g, "")
    .slice(0, LONGEST)
    .replace(/_+$/, "");
}

export function isIntentName(name: string): boolean {
  return NAME.test(name) && name.length <= LONGEST;
}
