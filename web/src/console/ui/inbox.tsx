import { MessagesSquare } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useConsole } from "../context";
import { EVERYTHING, TABS, type Selection } from "../live/selection";
import { useConversations } from "../queries";
import { useLanguage } from "../words";
import { TakeoverCard } from "./card/takeover-card";
import { ConversationList } from "./list/conversation-list";
import { Empty } from "./parts/states";
import { conversationPath } from "./routes";
import { useShortcuts } from "./shortcuts";
import { Talk } from "./talk/talk";

const WIDE = "(min-width: 1280px)";
const SEARCH = "console-search";

/** The three panes: who there is, what is said, and what one should know. */
export function Inbox({ open }: { open: string | null }) {
  const { live } = useConsole();
  const { say } = useLanguage();
  const [, navigate] = useLocation();
  const [selection, setSelection] = useState<Selection>(EVERYTHING);
  const [card, setCard] = useState(() => matchMedia(WIDE).matches);
  const list = useConversations(selection);
  const ids = (list.data ?? []).map(({ id }) => id);

  useEffect(() => {
    live.view(open);
    return () => {
      live.view(null);
    };
  }, [live, open]);

  // On a narrow screen the card lies over the talk: it goes with the conversation it tells of.
  const before = useRef(open);
  useEffect(() => {
    if (before.current !== open && !matchMedia(WIDE).matches) setCard(false);
    before.current = open;
  }, [open]);

  const go = (step: number) => {
    const at = open === null ? -1 : ids.indexOf(open);
    const next = at < 0 ? ids[0] : ids[at + step];
    if (next !== undefined) navigate(conversationPath(next));
  };
  const choose = (at: number) => () => {
    const tab = TABS[at];
    if (tab) setSelection({ ...selection, tab });
  };
  useShortcuts({
    j: () => {
      go(1);
    },
    k: () => {
      go(-1);
    },
    s: () => document.getElementById(SEARCH)?.focus(),
    i: () => {
      setCard(!card);
    },
    "1": choose(0),
    "2": choose(1),
    "3": choose(2),
    "4": choose(3),
    Escape: () => {
      if (card && !matchMedia(WIDE).matches) setCard(false);
      else navigate("/");
    },
  });

  const showsCard = card && open !== null;
  return (
    <div
      className={showsCard ? "inbox inbox-card-open" : "inbox"}
      data-at={open === null ? "list" : "conversation"}
    >
      <ConversationList
        selection={selection}
        onSelect={setSelection}
        list={list}
        open={open}
        searchId={SEARCH}
      />
      <section className="pane pane-talk" aria-label={say("conversation")}>
        {open === null ? (
          <Empty icon={MessagesSquare} title={say("choose")} hint={say("choose.hint")} />
        ) : (
          <Talk
            key={open}
            id={open}
            cardOpen={card}
            onClaimed={() => {
              // It has left the queue: the list goes where it is now.
              if (selection.tab === "queued") setSelection({ ...selection, tab: "mine" });
            }}
            onCard={() => {
              setCard(!card);
            }}
          />
        )}
      </section>
      {showsCard && (
        <TakeoverCard
          key={open}
          id={open}
          onClose={() => {
            setCard(false);
          }}
        />
      )}
    </div>
  );
}
