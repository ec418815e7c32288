import { Bot, Clock, Globe, Send, ShoppingCart, Star, UserRound } from "lucide-react";
import { useEffect, useRef } from "react";
import { Link } from "wouter";
import { formatMoney } from "../../../shared/money";
import { useConsole } from "../../context";
import type { Tab } from "../../live/selection";
import type { Summary } from "../../wire";
import { useLanguage } from "../../words";
import { Avatar } from "../parts/avatar";
import { Ago, duration, useNow } from "../parts/time";
import { conversationPath } from "../routes";
import { shopperName } from "../shopper-name";

const LATE_S = 120;
const VERY_LATE_S = 300;

interface ConversationRowProps {
  summary: Summary;
  open: boolean;
  tab: Tab;
}

export function ConversationRow({ summary, open, tab }: ConversationRowProps) {
  const { say, name, locale } = useLanguage();
  const { user } = useConsole();
  const place = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (open) place.current?.scrollIntoView({ block: "nearest" });
  }, [open]);
  const { preview, unread, owner, sentiment } = summary;
  const who = shopperName(summary, say);
  const Channel = summary.channel === "telegram" ? Send : Globe;
  return (
    <Link
      ref={place}
      href={conversationPath(summary.id)}
      className="row"
      aria-current={open ? "true" : undefined}
      data-unread={unread > 0 || undefined}
    >
      <span className="row-face">
        <Avatar name={summary.customer ? who : summary.id} nameless={!summary.customer} />
        <span
          className={`mood-dot mood-${sentiment}`}
          role="img"
          aria-label={name("mood", sentiment)}
        />
      </span>
      <span className="row-body">
        <span className="row-line">
          <span className="row-name clip">{who}</span>
          <Channel
            size={12}
            className="row-channel"
            role="img"
            aria-label={name("channel", summary.channel)}
          />
          <span className="row-time">
            <Ago at={summary.last_message_at} />
          </span>
        </span>
        <span className="row-line">
          <span className="row-preview clip">
            {preview && preview.role !== "shopper" && (
              <span className="row-speaker">{name("speaker", preview.role)}: </span>
            )}
            {preview && preview.text !== "" ? preview.text : say("no_words")}
          </span>
          {unread > 0 && (
            <span className="row-unread tabular" aria-label={say("unread", { count: unread })}>
              {unread > 99 ? "99+" : unread}
            </span>
          )}
        </span>
        <span className="row-line row-facts">
          <Waiting summary={summary} />
          {tab === "all" && summary.state === "bot" && (
            <span className="chip chip-bot">
              <Bot size={12} aria-hidden="true" />
              {name("state", "bot")}
            </span>
          )}
          {owner && tab !== "mine" && (
            <span className="chip">
              <UserRound size={12} aria-hidden="true" />
              {owner.id === user.id ? say("you") : owner.name}
            </span>
          )}
          {summary.cart_value && Number(summary.cart_value.amount) > 0 && (
            <span className="chip tabular">
              <ShoppingCart size={12} aria-hidden="true" />
              {formatMoney(summary.cart_value, locale)}
            </span>
          )}
          {summary.rating !== null && (
            <span className="chip" aria-label={say("rated", { count: summary.rating })}>
              <Star size={12} aria-hidden="true" />
              {summary.rating}
            </span>
          )}
          {summary.tags.slice(0, 2).map((tag) => (
            <span key={tag} className="chip clip">
              {tag}
            </span>
          ))}
        </span>
      </span>
    </Link>
  );
}

/** How long the shopper has waited, and for what. */
function Waiting({ summary }: { summary: Summary }) {
  const language = useLanguage();
  const now = useNow();
  const { waiting_since: since, state, reason } = summary;
  if (since === null) return null;
  const seconds = (now - Date.parse(since)) / 1000;
  const tone = seconds > VERY_LATE_S ? "chip-alarm" : seconds > LATE_S ? "chip-amber" : "chip-leaf";
  return (
    <>
      <span className={`chip tabular ${tone}`}>
        <Clock size={12} aria-hidden="true" />
        <span className="visually-hidden">{language.say("waiting")} </span>
        {duration(seconds, language)}
      </span>
      {state === "queued" && reason && (
        <span className="chip clip">{language.name("reason", reason)}</span>
      )}
    </>
  );
}
