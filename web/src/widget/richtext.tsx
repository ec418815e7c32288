import { Fragment, type ComponentChildren } from "preact";
import { webAddress } from "../shared/address";

// Brackets and closing punctuation belong to the sentence, not to the address.
const LINK = /\bhttps?:\/\/[^\s<>"'）】」]+[^\s<>"'）】」.,;:!?)\]}*]/gi;
const NAMED_LINK = /\[([^\]\n]{1,200})\]\(([^\s()<>"']{1,2000})\)/g;
const BOLD = /\*\*([^\s*](?:[^*]*[^\s*])?)\*\*/g;

/** Cuts `text` at each match, handing matches and the text between them to their makers. */
function cut(
  text: string,
  pattern: RegExp,
  found: (match: RegExpMatchArray) => ComponentChildren,
  between: (plain: string) => ComponentChildren,
): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) parts.push(between(text.slice(end, match.index)));
    parts.push(found(match));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(between(text.slice(end)));
  return parts;
}

function link(address: string, words: string): ComponentChildren {
  const href = webAddress(address, location.href);
  if (!href) return words;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {words}
    </a>
  );
}

/** Words may stand for an address of this site alone: another's is shown for what it is. */
function namedLink(words: string, address: string): ComponentChildren {
  if (webAddress(address, location.href)?.startsWith(`${location.origin}/`)) {
    return link(address, words);
  }
  return [`${words} (`, link(address, address), ")"];
}

function withLinks(text: string): ComponentChildren[] {
  return cut(
    text,
    NAMED_LINK,
    ([, words, address]) => namedLink(words ?? "", address ?? ""),
    (between) =>
      cut(
        between,
        LINK,
        ([address]) => link(address, address),
        (plain) => plain,
      ),
  );
}

/**
 * What was said, as text: never as HTML.
 *
 * Of all markup only `**bold**`, line breaks, web addresses and `[words](address)` mean something,
 * and they become nodes of their own; everything else stays the characters that it is.
 */
export function RichText({ text }: { text: string }) {
  const lines = text.split(/\r\n|\r|\n/);
  return (
    <>
      {lines.map((line, at) => (
        <Fragment key={at}>
          {at > 0 && <br />}
          {cut(
            line,
            BOLD,
            ([, bold]) => (
              <strong>{withLinks(bold ?? "")}</strong>
            ),
            withLinks,
          )}
        </Fragment>
      ))}
    </>
  );
}
