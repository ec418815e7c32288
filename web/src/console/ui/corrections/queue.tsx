import { useEffect, useRef } from "react";
import { useLanguage } from "../../words";
import { choices } from "./draft";
import { Doubts } from "./doubts";
import type { OpenGroup } from "./wire";

interface QueueProps {
  groups: readonly OpenGroup[];
  chosen: string;
  onChoose: (key: string) => void;
}

/** What is worth a look, the most first. */
export function Queue({ groups, chosen, onChoose }: QueueProps) {
  const { say } = useLanguage();
  return (
    <section className="labelling-queue" aria-label={say("corrections.queue")}>
      <ul>
        {groups.map((group) => (
          <Line key={group.key} group={group} current={group.key === chosen} onChoose={onChoose} />
        ))}
      </ul>
    </section>
  );
}

interface LineProps {
  group: OpenGroup;
  current: boolean;
  onChoose: (key: string) => void;
}

function Line({ group, current, onChoose }: LineProps) {
  const { say, name } = useLanguage();
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (current) line.current?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const [first] = group.messages;
  const [best] = choices(group);
  const alike = group.messages.length;
  return (
    <li ref={line}>
      <button
        type="button"
        className="labelling-line"
        aria-current={current ? "true" : undefined}
        onClick={() => {
          onChoose(group.key);
        }}
      >
        <span className="labelling-line-words">{first?.text}</span>
        <span className="labelling-line-read">
          <span className="clip">
            {best ? name("intent", best.intent) : name("intent", "nlu_fallback")}
          </span>
          {best?.confidence != null && (
            <span className="tabular soft">{Math.round(best.confidence * 100)}%</span>
          )}
          {alike > 1 && (
            <span
              className="chip chip-leaf tabular"
              title={say("corrections.alike", { count: alike })}
            >
              ×{alike}
            </span>
          )}
        </span>
        <span className="labelling-line-why">
          <Doubts reasons={group.reasons} most={2} />
        </span>
      </button>
    </li>
  );
}
