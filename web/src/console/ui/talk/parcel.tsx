import { Clock, RotateCw } from "lucide-react";
import { useConsole } from "../../context";
import type { Parcel } from "../../live/outbox";
import { useLanguage } from "../../words";
import { RichText } from "../parts/richtext";
import { SaidCards } from "./message";

/** What one said and the shop has not confirmed. */
export function ParcelView({ parcel }: { parcel: Parcel }) {
  const { say, name } = useLanguage();
  const { live, user } = useConsole();
  const { refused, text, cards, client_message_id: id } = parcel;
  return (
    <article className="said said-agent said-waiting" data-refused={refused !== null || undefined}>
      <header className="said-head">
        <span className="said-speaker">{user.name}</span>
      </header>
      {text !== "" && (
        <div className="bubble">
          <RichText text={text} />
        </div>
      )}
      {cards.length > 0 && <SaidCards cards={cards} />}
      {refused === null ? (
        <span className="said-mark">
          <Clock size={12} aria-hidden="true" />
          {say("sending")}
        </span>
      ) : (
        <span className="said-mark said-refused" role="alert">
          {name("refused", refused)}
          <button
            type="button"
            className="link"
            onClick={() => {
              live.outbox.again(id);
            }}
          >
            <RotateCw size={12} aria-hidden="true" />
            {say("send_again")}
          </button>
          <button
            type="button"
            className="link"
            onClick={() => {
              live.outbox.takeBack(id);
            }}
          >
            {say("discard")}
          </button>
        </span>
      )}
    </article>
  );
}
