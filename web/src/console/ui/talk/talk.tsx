import { useEffect, useRef } from "react";
import { useConsole } from "../../context";
import { useDetail, useMessages } from "../../queries";
import { useLanguage } from "../../words";
import { Bones, Trouble } from "../parts/states";
import { Composer } from "./composer";
import { TalkHeader } from "./header";
import { Log } from "./log";

interface TalkProps {
  id: string;
  cardOpen: boolean;
  onClaimed: () => void;
  onCard: () => void;
}

/** One conversation: who it is, what was said, and what one says. */
export function Talk({ id, cardOpen, onClaimed, onCard }: TalkProps) {
  const { locale } = useLanguage();
  const detail = useDetail(id, locale);
  const messages = useMessages(id);
  useReading(id, messages.at(-1)?.id ?? null);

  if (detail.isPending) return <Bones count={8} height={54} />;
  if (!detail.data) return <Trouble error={detail.error} onRetry={() => void detail.refetch()} />;
  const { conversation, notes } = detail.data;
  return (
    <>
      <TalkHeader
        conversation={conversation}
        cardOpen={cardOpen}
        onClaimed={onClaimed}
        onCard={onCard}
      />
      <Log conversation={conversation} messages={messages} notes={notes} />
      <Composer conversation={conversation} onClaimed={onClaimed} />
    </>
  );
}

/** Tells the shop how far this person has read, while they really look. */
function useReading(id: string, last: string | null): void {
  const { api } = useConsole();
  const told = useRef<string | null>(null);
  useEffect(() => {
    const tell = () => {
      if (last === null || document.hidden || told.current === last) return;
      told.current = last;
      api.post(`/conversations/${id}/read`, { message_id: last }).catch(() => {
        // The next message, or the next look, tells again.
        told.current = null;
      });
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => {
      document.removeEventListener("visibilitychange", tell);
    };
  }, [api, id, last]);
}
