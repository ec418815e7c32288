import { Fragment, type ReactNode } from "react";
import { webAddress } from "../../../shared/address";

const PIECE =
  /\*\*([^\s*](?:[^*]*[^\s*])?)\*\*|\[([^\]\n]{1,200})\]\(([^\s()<>"']{1,2000})\)|\bhttps?:\/\/[^\s<>"'）】」]+[^\s<>"'）】」.,;:!?)\]}*]/gi;

/** An address as a link; whoever reads sees where it leads. */
function link(address: string, key: number): ReactNode {
  const href = webAddress(address, location.href);
  return href === null ? (
    address
  ) : (
    <a
      key={key}
      className="said-link"
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
    >
      {address}
    </a>
  );
}

function pieces(line: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of line.matchAll(PIECE)) {
    if (match.index > end) parts.push(line.slice(end, match.index));
    const [whole, bold, words, address] = match;
    if (bold !== undefined) parts.push(<strong key={match.index}>{bold}</strong>);
    else if (words !== undefined && address !== undefined) {
      parts.push(`${words} (`, link(address, match.index), ")");
    } else parts.push(link(whole, match.index));
    end = match.index + whole.length;
  }
  if (end < line.length) parts.push(line.slice(end));
  return parts;
}

/** What was said, as nodes and never as HTML: bold, links and line breaks are all that means something. */
export function RichText({ text }: { text: string }) {
  return (
    <>
      {text.split(/\r\n|\r|\n/).map((line, at) => (
        <Fragment key={at}>
          {at > 0 && <br />}
          {pieces(line)}
        </Fragment>
      ))}
    </>
  );
}
