import type { Entry } from "../log";
import type { View } from "../view";
import { useLanguage } from "../words";
import { useFollow } from "./follow";
import { agentName } from "./header";
import { DownIcon } from "./icons";
import { MessageLine } from "./message";
import { QuickReplies } from "./quick-replies";

/** The conversation, newest at the bottom. */
export function Messages({ view }: { view: View }) {
  const { say } = useLanguage();
  const newest = view.entries.at(-1);
  const replies = newest && newest.message.role !== "shopper" ? newest.message.quick_replies : [];

  const { area, hasNews, follow } = useFollow({
    key: newest?.key,
    isOwn: newest?.message.role === "shopper",
    tail: `${view.typing ?? ""} ${replies.length}`,
  });
  const turn = view.entries.findLastIndex((entry) => entry.message.role === "shopper") + 1;

  return (
    <div class="log-frame">
      <div ref={area} class="log-scroll" tabIndex={0} role="group" aria-label={say("log")}>
        <div class="log" role="log" aria-live="polite" aria-label={say("log")}>
          {view.entries.map((entry, at) => (
            <MessageLine
              key={entry.key}
              entry={entry}
              beginsGroup={!isSameSpeaker(view.entries[at - 1], entry)}
              endsGroup={!isSameSpeaker(view.entries[at + 1], entry)}
              isNewest={entry === newest}
              beginsTurn={at === turn}
              thumb={view.thumbs[entry.message.id]}
            />
          ))}
        </div>
        {view.starting && <Starting />}
        {view.typing && <Typing />}
        <p class="unseen" role="status">
          {view.typing &&
            say(`typing_${view.typing}`, { name: agentName(view) ?? say("who_agent") })}
        </p>
        {replies.length > 0 && !view.typing && <QuickReplies replies={replies} />}
      </div>
      {hasNews && (
        <button
          type="button"
          class="news"
          onClick={() => {
            follow("smooth");
          }}
        >
          <DownIcon />
          {say("new_messages")}
        </button>
      )}
    </div>
  );
}

function isSameSpeaker(one: Entry | undefined, other: Entry): boolean {
  return one?.message.role === other.message.role && one.message.author === other.message.author;
}

function Typing() {
  return (
    <div class="bubble bubble-other typing" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  );
}

function Starting() {
  const { say } = useLanguage();
  return (
    <div class="starting" role="status">
      <span class="starting-line" />
      <span class="starting-line" />
      <span class="unseen">{say("starting")}</span>
    </div>
  );
}
