import { Tabs } from "@base-ui/react/tabs";
import { Coffee, Inbox as InboxIcon, SearchX } from "lucide-react";
import { useEffect, useRef } from "react";
import { useConsole } from "../../context";
import { EVERYTHING, isNarrowed, TABS, type Selection, type Tab } from "../../live/selection";
import { useSignal } from "../../live/signal";
import type { useConversations } from "../../queries";
import type { Counts } from "../../wire";
import { useLanguage } from "../../words";
import { Bones, Empty, Trouble } from "../parts/states";
import { ConversationRow } from "./conversation-row";
import { Filters } from "./filters";

interface ConversationListProps {
  selection: Selection;
  onSelect: (selection: Selection) => void;
  list: ReturnType<typeof useConversations>;
  open: string | null;
  searchId: string;
}

export function ConversationList(props: ConversationListProps) {
  const { selection, onSelect, list, open, searchId } = props;
  const { live } = useConsole();
  const { say, name } = useLanguage();
  const counts = useSignal(live.counts);
  return (
    <section className="pane pane-list" aria-label={say("conversations")}>
      <header className="list-head">
        <h1 className="pane-title">{say("inbox")}</h1>
      </header>
      <Tabs.Root
        className="tabs-root"
        value={selection.tab}
        onValueChange={(tab: Tab) => {
          onSelect({ ...selection, tab });
        }}
      >
        <Tabs.List className="tabs" aria-label={say("which")}>
          {TABS.map((tab) => (
            <Tabs.Tab key={tab} value={tab} className="tab">
              {name("tab", tab)}
              <span className="tab-count tabular">{counts ? countOf(counts, tab) : ""}</span>
            </Tabs.Tab>
          ))}
          <Tabs.Indicator className="tab-line" />
        </Tabs.List>
        <Filters selection={selection} onSelect={onSelect} searchId={searchId} />
        <Tabs.Panel value={selection.tab} className="list" tabIndex={-1}>
          <Rows list={list} open={open} selection={selection} />
        </Tabs.Panel>
      </Tabs.Root>
    </section>
  );
}

type RowsProps = Pick<ConversationListProps, "list" | "open" | "selection">;

function Rows({ list, open, selection }: RowsProps) {
  const { say, name } = useLanguage();
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    const mark = end.current;
    if (!mark || !hasNextPage || isFetchingNextPage) return undefined;
    const watch = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) void fetchNextPage();
    });
    watch.observe(mark);
    return () => {
      watch.disconnect();
    };
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  if (list.isPending) return <Bones count={7} height={72} />;
  if (list.isError && !list.data) {
    return <Trouble error={list.error} onRetry={() => void list.refetch()} />;
  }
  if (list.data.length === 0) {
    const { tab } = selection;
    return isNarrowed(selection) ? (
      <Empty icon={SearchX} title={say("none_found")} hint={say("none_found.hint")} />
    ) : (
      <Empty
        icon={tab === EVERYTHING.tab ? Coffee : InboxIcon}
        title={name("none", tab)}
        hint={name("none_hint", tab)}
      />
    );
  }
  return (
    <>
      <ul className="rows">
        {list.data.map((summary) => (
          <li key={summary.id}>
            <ConversationRow summary={summary} open={summary.id === open} tab={selection.tab} />
          </li>
        ))}
      </ul>
      <div ref={end}>{isFetchingNextPage && <Bones count={2} height={72} />}</div>
    </>
  );
}

function countOf(counts: Counts, tab: Tab): number {
  return tab === "all" ? counts.queued + counts.human + counts.bot : counts[tab];
}
