import { ChevronDown, ChevronUp } from "lucide-react";
import { useState } from "react";
import { useLanguage } from "../../words";
import { readable } from "../../words";
import type { OpenGroup } from "./wire";

const FEW = 4;

interface AlikeProps {
  group: OpenGroup;
  left: ReadonlySet<string>;
  onLeave: (left: ReadonlySet<string>) => void;
}

/** The other messages of the group; whoever sees one that is not alike leaves it out. */
export function Alike({ group, left, onLeave }: AlikeProps) {
  const { say, name } = useLanguage();
  const [all, setAll] = useState(false);
  const [first, ...others] = group.messages;
  if (first === undefined || others.length === 0) return null;
  const shown = all ? others : others.slice(0, FEW);
  const hidden = others.length - shown.length;
  return (
    <fieldset className="labelling-alike">
      <legend className="labelling-name">
        {say("corrections.alike", { count: group.messages.length })}
      </legend>
      <ul>
        {shown.map((message) => (
          <li key={message.id}>
            <label className="labelling-tick">
              <input
                type="checkbox"
                checked={!left.has(message.id)}
                onChange={(event) => {
                  const next = new Set(left);
                  if (event.target.checked) next.delete(message.id);
                  else next.add(message.id);
                  onLeave(next);
                }}
              />
              <span className="labelling-tick-words">{message.text}</span>
              {message.intent !== null && message.intent !== first.intent && (
                <span className="chip">
                  {name("intent", message.intent) || readable(message.intent)}
                </span>
              )}
            </label>
          </li>
        ))}
      </ul>
      {others.length > FEW && (
        <button
          type="button"
          className="button button-plain button-small"
          aria-expanded={all}
          onClick={() => {
            setAll(!all);
          }}
        >
          {all ? (
            <ChevronUp size={14} aria-hidden="true" />
          ) : (
            <ChevronDown size={14} aria-hidden="true" />
          )}
          {all ? say("corrections.fewer") : say("corrections.more", { count: hidden })}
        </button>
      )}
    </fieldset>
  );
}
