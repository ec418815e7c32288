import { Highlighter, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useLanguage } from "../../words";
import { hueOf } from "../parts/hue";
import { stretches, trimmed, withMark, withoutMark, words, type Range } from "./marks";
import { Palette } from "./palette";
import type { Mark, OpenMessage } from "./wire";

interface MarkingProps {
  message: OpenMessage;
  marks: readonly Mark[];
  on: boolean;
  onOn: (on: boolean) => void;
  onMark: (marks: Mark[]) => void;
}

/** The message with what it names; whoever marks words by mouse or keys says what they name. */
export function Marking({ message, marks, on, onOn, onMark }: MarkingProps) {
  const { say, name } = useLanguage();
  const [range, setRange] = useState<Range | null>(null);
  const text = useRef<HTMLParagraphElement>(null);
  const cursor = useCursor(message, range, setRange);
  const [naming, setNaming] = useState(false);

  useEffect(() => {
    if (on && !naming) text.current?.focus();
  }, [on, naming]);

  const take = (found: Range | null) => {
    const kept = found && trimmed(message.text, found);
    setRange(kept);
    if (kept) {
      onOn(true);
      setNaming(true);
    }
  };
  const done = () => {
    setRange(null);
    setNaming(false);
    getSelection()?.removeAllRanges();
    text.current?.focus();
  };
  const end = () => {
    done();
    onOn(false);
  };
  return (
    <div className="labelling-marking" data-on={on || undefined}>
      <p
        ref={text}
        className="labelling-text"
        lang={message.locale}
        onMouseUp={() => {
          if (text.current) take(selectedIn(text.current));
        }}
        {...(on
          ? {
              tabIndex: 0,
              role: "group",
              "data-own-keys": "",
              "aria-label": say("corrections.mark_hint"),
              onKeyDown: (event: React.KeyboardEvent) => {
                if (event.key === "Escape") end();
                else if (event.key === "Enter") {
                  if (range) setNaming(true);
                  else end();
                } else if (!cursor(event.key, event.shiftKey)) return;
                event.preventDefault();
              },
            }
          : {})}
      >
        {split(message.text, marks, range).map((part) =>
          part.mark ? (
            <mark
              key={part.start}
              className="labelling-mark"
              data-role={part.mark.role}
              style={{ "--hue": hueOf(part.mark.entity) }}
            >
              <span data-start={part.start}>{part.text}</span>
              <span className="labelling-mark-name">
                {part.mark.role === "exclude" && `${say("not")} `}
                {name("entity", part.mark.entity)}
              </span>
              {on && (
                <button
                  type="button"
                  className="labelling-unmark"
                  aria-label={say("corrections.unmark", { words: part.text })}
                  onClick={() => {
                    onMark(withoutMark(marks, part.mark ?? { start: 0, end: 0 }));
                  }}
                >
                  <X size={12} aria-hidden="true" />
                </button>
              )}
            </mark>
          ) : (
            <span
              key={part.start}
              data-start={part.start}
              className={part.chosen ? "labelling-chosen" : undefined}
            >
              {part.text}
            </span>
          ),
        )}
      </p>
      {on && naming && range ? (
        <Palette
          words={message.text.slice(range.start, range.end)}
          onName={(entity, role) => {
            onMark(withMark(marks, message.text, range, entity, role));
            done();
          }}
          onClose={done}
        />
      ) : on ? (
        <p className="labelling-hint">
          <Highlighter size={14} aria-hidden="true" />
          {say("corrections.mark_hint")}
          <button type="button" className="button button-small" onClick={end}>
            {say("corrections.mark_end")}
            <kbd className="kbd">Esc</kbd>
          </button>
        </p>
      ) : (
        <button
          type="button"
          className="button button-plain button-small labelling-mark-on"
          onClick={() => {
            onOn(true);
          }}
        >
          <Highlighter size={14} aria-hidden="true" />
          {say("corrections.mark")}
          <kbd className="kbd">e</kbd>
        </button>
      )}
    </div>
  );
}

interface Part {
  text: string;
  start: number;
  mark: Mark | null;
  chosen: boolean;
}

/** The stretches, with what is chosen just now cut out of those without a mark. */
function split(text: string, marks: readonly Mark[], range: Range | null): Part[] {
  return stretches(text, marks).flatMap((part): Part[] => {
    const end = part.start + part.text.length;
    if (part.mark || !range || range.end <= part.start || end <= range.start) {
      return [{ ...part, chosen: false }];
    }
    const cuts = [
      part.start,
      Math.max(part.start, range.start),
      Math.min(end, range.end),
      end,
    ] as const;
    return [0, 1, 2]
      .map((at) => ({
        text: text.slice(cuts[at], cuts[at + 1]),
        start: cuts[at] ?? part.start,
        mark: null,
        chosen: at === 1,
      }))
      .filter((one) => one.text !== "");
  });
}

/** What the mouse has selected within an element, as places in the message. */
function selectedIn(element: HTMLElement): Range | null {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const start = placeOf(element, range.startContainer, range.startOffset);
  const end = placeOf(element, range.endContainer, range.endOffset);
  return start === null || end === null || start >= end ? null : { start, end };
}

function placeOf(element: HTMLElement, node: Node, offset: number): number | null {
  if (!element.contains(node)) return null;
  const holder = node instanceof Element ? node : node.parentElement;
  const stretch = holder?.closest<HTMLElement>("[data-start]");
  if (stretch) return Number(stretch.dataset.start) + (node instanceof Text ? offset : 0);
  // Past the last word, or between two stretches.
  const stretchesThere = [...element.querySelectorAll<HTMLElement>("[data-start]")];
  const before = stretchesThere.filter(
    (one) => one.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  const last = before.at(-1) ?? stretchesThere.at(-1);
  return last ? Number(last.dataset.start) + (last.textContent.length || 0) : null;
}

/** Left and right move over the words, with Shift they take more of them. */
function useCursor(
  message: OpenMessage,
  range: Range | null,
  setRange: (range: Range) => void,
): (key: string, shift: boolean) => boolean {
  const spans = words(message.text, message.locale);
  return (key, shift) => {
    const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
    if (step === 0 || spans.length === 0) return false;
    const first = spans.findIndex(({ end }) => range !== null && end > range.start);
    const last = spans.findLastIndex(({ start }) => range !== null && start < range.end);
    if (range === null || first < 0) {
      const begin = step > 0 ? spans[0] : spans.at(-1);
      if (begin) setRange(begin);
      return true;
    }
    const at = shift ? last + step : (step > 0 ? last : first) + step;
    const next = spans[Math.min(Math.max(at, shift ? first : 0), spans.length - 1)];
    const from = shift ? spans[first] : next;
    if (next && from) setRange({ start: from.start, end: next.end });
    return true;
  };
}
