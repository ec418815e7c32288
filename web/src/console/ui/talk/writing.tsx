import { NotebookPen, PackageSearch, SendHorizontal, Slash, X } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useConsole } from "../../context";
import { fill, fitting, slashBefore } from "../../live/canned";
import type { Draft, Drafts } from "../../live/drafts";
import { TypingReport } from "../../live/typing";
import { useCanned } from "../../queries";
import type { Canned, ProductCard, Summary } from "../../wire";
import { useLanguage } from "../../words";
import { Tip } from "../parts/tip";
import { useShortcuts } from "../shortcuts";
import { CannedList } from "./canned-list";
import { ProductPicker } from "./product-picker";
import { SuggestedReplies } from "./suggested-replies";

const LONGEST = 4000;
const MOST_CARDS = 10;
const MOST_CANNED = 8;

interface WritingProps {
  conversation: Summary;
  drafts: Drafts;
  onNote: () => void;
}

/** The field where an answer is written, with what helps to write it. */
export function Writing({ conversation, drafts, onNote }: WritingProps) {
  const { id } = conversation;
  const { say } = useLanguage();
  const { live } = useConsole();
  const field = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState<Draft>(() => drafts.read(id));
  const [picking, setPicking] = useState(false);
  const [slash, setSlash] = useState<ReturnType<typeof slashBefore>>(null);
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const canned = useCanned();
  const report = useMemo(
    () =>
      new TypingReport((on) => {
        live.sayTyping(id, on);
      }),
    [live, id],
  );
  useEffect(
    () => () => {
      report.stop();
    },
    [report],
  );

  const offers = slash
    ? fitting(canned.data ?? [], slash.word, conversation.locale).slice(0, MOST_CANNED)
    : [];
  const keep = (next: Draft) => {
    setDraft(next);
    drafts.write(id, next);
  };
  const write = (text: string, cursor: number) => {
    keep({ ...draft, text });
    setSlash(slashBefore(text, cursor));
    setChosen(0);
    if (text.trim() === "") report.stop();
    else report.key();
  };
  const insert = ({ text }: Pick<Canned, "text">) => {
    if (!slash) return;
    const end = slash.from + slash.word.length + 1;
    const words = fill(text, conversation.customer?.name ?? null);
    keep({ ...draft, text: draft.text.slice(0, slash.from) + words + draft.text.slice(end) });
    setSlash(null);
    field.current?.focus();
  };
  const send = () => {
    const text = draft.text.trim();
    if (text === "" && draft.cards.length === 0) return;
    report.stop();
    live.outbox.put({ conversation_id: id, text, cards: draft.cards });
    keep({ text: "", cards: [] });
    setSlash(null);
    field.current?.focus();
  };
  const openCanned = () => {
    const gap = draft.text === "" || /\s$/.test(draft.text) ? "" : " ";
    const text = `${draft.text}${gap}/`;
    keep({ ...draft, text });
    setSlash(slashBefore(text, text.length));
    setChosen(0);
    field.current?.focus();
  };

  useShortcuts({
    m: () => field.current?.focus(),
    "/": openCanned,
    p: () => {
      setPicking(true);
    },
  });

  const press = (event: React.KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const offer = offers[chosen];
    if (offer && step) {
      event.preventDefault();
      setChosen((chosen + step + offers.length) % offers.length);
    } else if (offer && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      insert(offer);
    } else if (event.key === "Escape") {
      if (slash) setSlash(null);
      else field.current?.blur();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };

  return (
    <div className="writing">
      <SuggestedReplies
        id={id}
        onUse={(text) => {
          const gap = draft.text.trim() === "" ? "" : `${draft.text.trimEnd()}\n`;
          keep({ ...draft, text: gap + text });
          field.current?.focus();
        }}
      />
      {slash && (
        <CannedList
          id={listId}
          offers={offers}
          chosen={chosen}
          name={conversation.customer?.name ?? null}
          onChoose={insert}
          pending={canned.isPending}
        />
      )}
      <form
        className="composer"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Chosen
          cards={draft.cards}
          onRemove={(card) => {
            keep({
              ...draft,
              cards: draft.cards.filter((one) => one.product_id !== card.product_id),
            });
          }}
        />
        <textarea
          ref={field}
          className="composer-field"
          aria-label={say("answer")}
          aria-controls={slash ? listId : undefined}
          aria-activedescendant={offers[chosen] ? `${listId}-${chosen}` : undefined}
          placeholder={say("answer.placeholder")}
          value={draft.text}
          maxLength={LONGEST}
          rows={2}
          onChange={(event) => {
            write(event.target.value, event.target.selectionEnd);
          }}
          onKeyDown={press}
          onBlur={() => {
            report.stop();
          }}
        />
        <div className="composer-foot">
          <Tip words={say("canned")} shortcut="/" side="top">
            <button
              type="button"
              className="icon-button"
              aria-label={say("canned")}
              onClick={openCanned}
            >
              <Slash size={17} aria-hidden="true" />
            </button>
          </Tip>
          <Tip words={say("picker")} shortcut="p" side="top">
            <button
              type="button"
              className="icon-button"
              aria-label={say("picker")}
              onClick={() => {
                setPicking(true);
              }}
            >
              <PackageSearch size={17} aria-hidden="true" />
            </button>
          </Tip>
          <Tip words={say("note.write")} shortcut="n" side="top">
            <button
              type="button"
              className="icon-button"
              aria-label={say("note.write")}
              onClick={onNote}
            >
              <NotebookPen size={17} aria-hidden="true" />
            </button>
          </Tip>
          <span className="composer-hint">{say("send.hint")}</span>
          <button
            type="submit"
            className="button button-main"
            disabled={draft.text.trim() === "" && draft.cards.length === 0}
          >
            <SendHorizontal size={15} aria-hidden="true" />
            {say("send")}
          </button>
        </div>
      </form>
      <ProductPicker
        conversationId={id}
        open={picking}
        onClose={() => {
          setPicking(false);
        }}
        onPick={(cards) => {
          const known = new Set(draft.cards.map((card) => card.product_id));
          const news = cards.filter((card) => !known.has(card.product_id));
          keep({ ...draft, cards: [...draft.cards, ...news].slice(0, MOST_CARDS) });
          setPicking(false);
        }}
      />
    </div>
  );
}

interface ChosenProps {
  cards: readonly ProductCard[];
  onRemove: (card: ProductCard) => void;
}

/** The products that go with the answer. */
function Chosen({ cards, onRemove }: ChosenProps) {
  const { say } = useLanguage();
  if (cards.length === 0) return null;
  return (
    <ul className="chosen" aria-label={say("picked")}>
      {cards.map((card) => (
        <li key={card.product_id} className="chip chip-leaf">
          <span className="clip">{card.title}</span>
          <button
            type="button"
            aria-label={say("unpick", { title: card.title })}
            onClick={() => {
              onRemove(card);
            }}
          >
            <X size={13} aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}
