import type { Delivery, Entry } from "../log";
import type { Thumb } from "../memory";
import { RichText } from "../richtext";
import type { Message } from "../wire";
import { useLanguage, type Language } from "../words";
import { Carousel } from "./carousel";
import { columnCards, ComparisonTable } from "./comparison";
import { useChat } from "./context";
import { ThumbIcon } from "./icons";

interface MessageLineProps {
  entry: Entry;
  beginsGroup: boolean;
  endsGroup: boolean;
  isNewest: boolean;
  /** The first line of the newest answer. */
  beginsTurn: boolean;
  thumb: Thumb | undefined;
}

/** One thing said: who said it, the words, the goods, what became of it. */
export function MessageLine(props: MessageLineProps) {
  const { entry, beginsGroup, endsGroup, isNewest, beginsTurn, thumb } = props;
  const { message, delivery } = entry;
  const language = useLanguage();
  if (message.role === "system") {
    return (
      <p class="system" dir="auto">
        <RichText text={message.text} />
      </p>
    );
  }
  const isOwn = message.role === "shopper";
  const groups = `${beginsGroup ? "is-first" : ""} ${endsGroup ? "is-last" : ""}`;
  return (
    <article
      class={`line ${isOwn ? "line-own" : "line-other"} ${groups}`}
      data-turn={beginsTurn ? "" : undefined}
    >
      <p class={beginsGroup && !isOwn ? "speaker" : "unseen"}>
        {speakerName(message, language)}
        {!isOwn && <Time at={message.created_at} />}
      </p>
      {message.text !== "" && (
        <div
          class={`bubble ${isOwn ? "bubble-own" : "bubble-other"} from-${message.role}`}
          dir="auto"
        >
          <RichText text={message.text} />
        </div>
      )}
      <Goods message={message} />
      {isOwn && <DeliveryWords entry={entry} isShown={isNewest || isStuck(delivery)} />}
      {message.role === "bot" && message.id !== "" && (
        <Thumbs messageId={message.id} value={thumb} isNewest={isNewest} />
      )}
    </article>
  );
}

/** Not on its way now: worth saying also of an older line. */
function isStuck(delivery: Delivery | null): boolean {
  return delivery === "failed" || delivery === "waiting" || delivery === "paused";
}

/** The cards, as a table where they were compared: its heads are the cards. */
function Goods({ message: { cards, comparison } }: { message: Message }) {
  const heads = columnCards(comparison, cards);
  const others = cards.filter((card) => !heads?.includes(card));
  return (
    <>
      {comparison && heads && <ComparisonTable comparison={comparison} cards={heads} />}
      {others.length > 0 && <Carousel cards={others} />}
    </>
  );
}

function speakerName({ role, author }: Message, { say }: Language): string {
  if (role === "shopper") return say("who_shopper");
  return role === "agent" ? (author ?? say("who_agent")) : say("who_bot");
}

function Time({ at }: { at: string }) {
  const { locale } = useLanguage();
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return null;
  return (
    <time dateTime={at}>
      {time.toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit" })}
    </time>
  );
}

function DeliveryWords({ entry, isShown }: { entry: Entry; isShown: boolean }) {
  const { say } = useLanguage();
  if (!isShown || entry.delivery === null || entry.delivery === "sent") return null;
  const words = entry.delivery === "failed" ? "not_sent" : entry.delivery;
  return (
    <p class={`delivery ${entry.delivery === "failed" ? "delivery-failed" : ""}`}>{say(words)}</p>
  );
}

interface ThumbsProps {
  messageId: string;
  value: Thumb | undefined;
  isNewest: boolean;
}

function Thumbs({ messageId, value, isNewest }: ThumbsProps) {
  const chat = useChat();
  const { say } = useLanguage();
  const button = (thumb: Thumb, label: string) => (
    <button
      type="button"
      class={`thumb thumb-${thumb}`}
      aria-label={label}
      title={label}
      aria-pressed={value === thumb}
      onClick={() => {
        chat.rate(messageId, thumb);
      }}
    >
      <ThumbIcon />
    </button>
  );
  return (
    <div class={`thumbs ${isNewest || value ? "is-shown" : ""}`}>
      {button("up", say("helpful"))}
      {button("down", say("not_helpful"))}
    </div>
  );
}
