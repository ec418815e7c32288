import { useEffect, useRef } from "react";
import { fill } from "../../live/canned";
import type { Canned } from "../../wire";
import { useLanguage } from "../../words";

interface CannedListProps {
  id: string;
  offers: readonly Canned[];
  chosen: number;
  name: string | null;
  pending: boolean;
  onChoose: (canned: Canned) => void;
}

/** Canned answers that fit what follows the slash; the field keeps the focus. */
export function CannedList({ id, offers, chosen, name, pending, onChoose }: CannedListProps) {
  const { say } = useLanguage();
  const place = useRef<HTMLUListElement>(null);
  useEffect(() => {
    place.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  if (offers.length === 0) {
    return pending ? null : <p className="canned canned-none">{say("canned.none")}</p>;
  }
  return (
    <ul ref={place} id={id} className="canned" role="listbox" aria-label={say("canned")}>
      {offers.map((canned, at) => (
        <li
          key={canned.id}
          id={`${id}-${at}`}
          role="option"
          className="item canned-item"
          aria-selected={at === chosen}
          onPointerDown={(event) => {
            // A click must not take the focus from the field.
            event.preventDefault();
            onChoose(canned);
          }}
        >
          <span className="kbd">/{canned.shortcut}</span>
          <span className="canned-words">
            <strong>{canned.title}</strong>
            <span className="soft clip">{fill(canned.text, name)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
