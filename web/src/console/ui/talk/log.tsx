import { ArrowDown } from "lucide-react";
import {
  Fragment,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { useConsole } from "../../context";
import { useEarlier } from "../../queries";
import type { Note, StaffMessage, Summary } from "../../wire";
import { useLanguage } from "../../words";
import { Empty } from "../parts/states";
import { dayName } from "../parts/time";
import { useTell } from "../parts/toasts";
import { MessageSquareText } from "lucide-react";
import { MessageView, NoteView } from "./message";
import { ParcelView } from "./parcel";
import { TypingLine } from "./typing-line";

/** As many messages as the conversation's answer holds at most. */
const WHOLE = 200;
const NEAR_PX = 80;
const TOGETHER_MS = 120_000;

interface LogProps {
  conversation: Summary;
  messages: readonly StaffMessage[];
  notes: readonly Note[];
}

type Entry =
  | { kind: "message"; at: string; message: StaffMessage; goesOn: boolean }
  | { kind: "note"; at: string; note: Note };

/** All that was said, notes where they were written, and what is on its way. */
export function Log({ conversation, messages, notes }: LogProps) {
  const { say, locale } = useLanguage();
  const { live } = useConsole();
  const earlier = useEarlier(conversation.id);
  const tell = useTell();
  const entries = useMemo(() => interleave(messages, notes), [messages, notes]);
  const parcels = useSyncExternalStore(live.outbox.subscribe, live.outbox.all);
  const known = new Set(messages.map((message) => message.client_message_id));
  const waiting = parcels.filter(
    (parcel) => parcel.conversation_id === conversation.id && !known.has(parcel.client_message_id),
  );
  const typist = useSyncExternalStore(live.typing.subscribe, () => live.typing.in(conversation.id));
  const { place, atEnd, toEnd } = useFollowing(
    `${entries.length}/${waiting.length}/${typist?.who ?? ""}`,
  );
  const first = messages[0];
  return (
    <div className="log-frame">
      <div ref={place} className="log" role="log" aria-label={say("log")} tabIndex={0}>
        {first && messages.length >= WHOLE && (
          <button
            type="button"
            className="button button-small log-earlier"
            disabled={earlier.isPending || earlier.data?.messages.length === 0}
            onClick={() => {
              earlier.mutate(first.id, { onError: tell.failed });
            }}
          >
            {say(earlier.data?.messages.length === 0 ? "beginning" : "earlier")}
          </button>
        )}
        {entries.length === 0 && waiting.length === 0 && (
          <Empty icon={MessageSquareText} title={say("nothing_said")} />
        )}
        {entries.map((entry, at) => {
          const before = entries[at - 1];
          const newDay = !before || dayOf(before.at) !== dayOf(entry.at);
          return (
            <Fragment key={entry.kind === "note" ? `note:${entry.note.id}` : entry.message.id}>
              {newDay && <p className="log-day">{dayName(entry.at, locale)}</p>}
              {entry.kind === "note" ? (
                <NoteView note={entry.note} />
              ) : (
                <MessageView
                  message={entry.message}
                  conversationId={conversation.id}
                  goesOn={entry.goesOn && !newDay}
                />
              )}
            </Fragment>
          );
        })}
        {waiting.map((parcel) => (
          <ParcelView key={parcel.client_message_id} parcel={parcel} />
        ))}
        {typist && <TypingLine conversation={conversation} typist={typist} />}
      </div>
      {!atEnd && (
        <button type="button" className="button button-small log-end" onClick={toEnd}>
          <ArrowDown size={14} aria-hidden="true" />
          {say("to_end")}
        </button>
      )}
    </div>
  );
}

/** Stays at the end while the reader is there, and leaves them alone where they have scrolled up. */
function useFollowing(length: string) {
  const place = useRef<HTMLDivElement>(null);
  const near = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const toEnd = () => {
    place.current?.scrollTo({ top: place.current.scrollHeight });
  };
  useEffect(() => {
    const log = place.current;
    if (!log) return undefined;
    const look = () => {
      near.current = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
      setAtEnd(near.current);
    };
    // Pictures and the composer change the height after the words are there.
    const watch = new ResizeObserver(() => {
      if (near.current) log.scrollTop = log.scrollHeight;
    });
    watch.observe(log);
    for (const child of log.children) watch.observe(child);
    log.addEventListener("scroll", look, { passive: true });
    return () => {
      watch.disconnect();
      log.removeEventListener("scroll", look);
    };
  }, [length]);
  useLayoutEffect(() => {
    if (near.current && place.current) place.current.scrollTop = place.current.scrollHeight;
  }, [length]);
  return { place, atEnd, toEnd };
}

function interleave(messages: readonly StaffMessage[], notes: readonly Note[]): Entry[] {
  const entries: Entry[] = messages.map((message, at) => {
    const before = messages[at - 1];
    const goesOn =
      before?.role === message.role &&
      before.author === message.author &&
      message.role !== "system" &&
      Date.parse(message.created_at) - Date.parse(before.created_at) < TOGETHER_MS;
    return { kind: "message", at: message.created_at, message, goesOn };
  });
  entries.push(...notes.map((note) => ({ kind: "note" as const, at: note.created_at, note })));
  return entries.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function dayOf(at: string): string {
  return new Date(at).toDateString();
}
