import { Bot, Headset, NotebookPen } from "lucide-react";
import type { Note, ProductCard, StaffMessage } from "../../wire";
import { useLanguage } from "../../words";
import { Picture, Price } from "../parts/product";
import { RichText } from "../parts/richtext";
import { clockTime, exactly } from "../parts/time";
import { Reading } from "./reading";

interface MessageViewProps {
  message: StaffMessage;
  conversationId: string;
  /** The same speaker said something just before. */
  goesOn: boolean;
}

export function MessageView({ message, conversationId, goesOn }: MessageViewProps) {
  const { say, name, locale } = useLanguage();
  const { role, author, text, cards, created_at: at } = message;
  if (role === "system") {
    return (
      <p className="said-system">
        <RichText text={text} />
        <span className="said-time">{clockTime(at, locale)}</span>
      </p>
    );
  }
  const speaker = role === "agent" && author ? author : name("speaker", role);
  return (
    <article className={`said said-${role} ${goesOn ? "said-on" : ""}`}>
      {goesOn ? (
        <span className="visually-hidden">{speaker}</span>
      ) : (
        <header className="said-head">
          {role === "bot" && <Bot size={13} aria-hidden="true" />}
          {role === "agent" && <Headset size={13} aria-hidden="true" />}
          <span className="said-speaker">{speaker}</span>
          <time className="said-time" dateTime={at} title={exactly(at, locale)}>
            {clockTime(at, locale)}
          </time>
        </header>
      )}
      {text !== "" && (
        <div className="said-line">
          <div className="bubble">
            <RichText text={text} />
          </div>
          {role === "shopper" && <Reading message={message} conversationId={conversationId} />}
        </div>
      )}
      {cards.length > 0 && <SaidCards cards={cards} />}
      {message.degraded && <span className="said-mark">{say("degraded")}</span>}
    </article>
  );
}

export function SaidCards({ cards }: { cards: readonly ProductCard[] }) {
  const { say } = useLanguage();
  return (
    <ul className="said-cards" aria-label={say("products")}>
      {cards.map((card) => (
        <li key={card.product_id} className="said-card">
          <Picture src={card.image_url} title={card.title} />
          <span className="said-card-words">
            <span className="product-title clip" title={card.title}>
              {card.title}
            </span>
            <Price product={card} />
          </span>
        </li>
      ))}
    </ul>
  );
}

export function NoteView({ note }: { note: Note }) {
  const { say, locale } = useLanguage();
  return (
    <article className="said-note">
      <header className="said-head">
        <NotebookPen size={13} aria-hidden="true" />
        <span className="said-speaker">{say("note.by", { name: note.author.name })}</span>
        <time className="said-time" dateTime={note.created_at}>
          {clockTime(note.created_at, locale)}
        </time>
      </header>
      <RichText text={note.text} />
    </article>
  );
}
