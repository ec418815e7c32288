import { X } from "lucide-react";
import { useDetail, useMessages } from "../../queries";
import { useLanguage } from "../../words";
import { Bones, Trouble } from "../parts/states";
import { Cart } from "./cart";
import { Behaviour } from "./behaviour";
import { MoodCurve } from "./mood-curve";
import { Orders } from "./orders";
import { RecommendedList } from "./recommended";
import { Section } from "./section";
import { ShopperFacts } from "./shopper-facts";

interface TakeoverCardProps {
  id: string;
  onClose: () => void;
}

/** All that somebody needs to know who takes a conversation over. */
export function TakeoverCard({ id, onClose }: TakeoverCardProps) {
  const { say, locale } = useLanguage();
  const detail = useDetail(id, locale);
  const messages = useMessages(id);
  return (
    <aside className="pane pane-card" aria-label={say("card")}>
      <header className="pane-head card-head">
        <h2 className="card-title">{say("card")}</h2>
        <button
          type="button"
          className="icon-button"
          aria-label={say("close_card")}
          onClick={onClose}
        >
          <X size={17} aria-hidden="true" />
        </button>
      </header>
      <div className="card-body">
        {detail.isPending ? (
          <Bones count={6} height={70} />
        ) : !detail.data ? (
          <Trouble error={detail.error} onRetry={() => void detail.refetch()} />
        ) : (
          <>
            {detail.data.summary !== "" && <p className="card-summary">{detail.data.summary}</p>}
            <ShopperFacts detail={detail.data} />
            <Section title={say("looking_for")} hidden={detail.data.looking_for.length === 0}>
              <ul className="tag-cloud">
                {detail.data.looking_for.map((wish) => (
                  <li key={wish} className="chip">
                    {wish}
                  </li>
                ))}
              </ul>
            </Section>
            <Section title={say("mood_curve")} hidden={detail.data.sentiment_curve.length < 2}>
              <MoodCurve points={detail.data.sentiment_curve} messages={messages} />
            </Section>
            <Cart cart={detail.data.cart} />
            <Orders orders={detail.data.orders} />
            <RecommendedList rankings={detail.data.recommended} />
            <Behaviour deeds={detail.data.behaviour} />
          </>
        )}
      </div>
    </aside>
  );
}
