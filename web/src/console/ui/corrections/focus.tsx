import { CornerDownRight, ExternalLink, Lightbulb, Trash2, Undo2 } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { useLanguage } from "../../words";
import { Ago } from "../parts/time";
import { conversationPath } from "../routes";
import { Alike } from "./alike";
import { Doubts } from "./doubts";
import { choices, chosenMessages, proposal } from "./draft";
import { Intents } from "./intents";
import { useLabelKeys } from "./label-keys";
import { Marking } from "./marking";
import { Moods } from "./moods";
import type { Session } from "./session";
import type { OpenGroup, Said } from "./wire";

interface FocusProps {
  session: Session;
  group: OpenGroup;
  searchId: string;
}

/** The group somebody looks at, and all they may say of it. */
export function Focus({ session, group, searchId }: FocusProps) {
  const { say, name } = useLanguage();
  // Of which group words are being marked: the next one begins afresh.
  const [marked, setMarked] = useState<string | null>(null);
  const marking = marked === group.key;
  const setMarking = (on: boolean) => {
    setMarked(on ? group.key : null);
  };
  const [choosing, setChoosing] = useState(false);
  const { draft, change } = session;
  const [first] = group.messages;
  const proposed = proposal(group);
  const count = chosenMessages(group, draft).length;

  const label = (intent: string) => {
    session.act({ intent });
  };
  const accept = () => {
    if (proposed === null) setChoosing(true);
    else label(proposed);
  };
  const byNumber = Object.fromEntries(
    choices(group).map(({ intent }, at) => [
      String(at + 1),
      () => {
        label(intent);
      },
    ]),
  );
  useLabelKeys(
    choosing
      ? {}
      : {
          ...byNumber,
          Enter: accept,
          d: () => {
            session.act({ discard: true });
          },
          u: session.undo,
          e: () => {
            setMarking(true);
          },
          o: () => {
            setChoosing(true);
          },
          s: () => document.getElementById(searchId)?.focus(),
          ArrowDown: () => {
            session.go(1);
          },
          ArrowUp: () => {
            session.go(-1);
          },
          j: () => {
            session.go(1);
          },
          k: () => {
            session.go(-1);
          },
          Escape: () => {
            setMarking(false);
          },
        },
  );
  if (first === undefined) return null;
  return (
    <section className="labelling-focus" aria-label={say("corrections.focus")}>
      <div className="labelling-card">
        <div className="labelling-meta">
          <Doubts reasons={group.reasons} />
          <span className="labelling-when soft">
            <Ago at={first.said_at} />
            <Link
              href={conversationPath(first.conversation_id)}
              className="icon-button labelling-open"
              aria-label={say("corrections.open")}
              title={say("corrections.open")}
            >
              <ExternalLink size={15} aria-hidden="true" />
            </Link>
          </span>
        </div>
        <Around said={group.before} />
        <Marking
          key={`marking/${group.key}`}
          message={first}
          marks={draft.marks ?? first.entities}
          on={marking}
          onOn={setMarking}
          onMark={(marks) => {
            change({ marks });
          }}
        />
        <Around said={group.after} answer />
        {first.hint && (
          <p className="labelling-hint">
            <Lightbulb size={15} aria-hidden="true" />
            {name("hint", first.hint.source)}
            {first.hint.intent && (
              <strong>
                {say("corrections.hints_at", { intent: name("intent", first.hint.intent) })}
              </strong>
            )}
          </p>
        )}
        <Intents
          group={group}
          proposed={proposed}
          choosing={choosing}
          onChoosing={setChoosing}
          onChoose={label}
        />
        <Moods
          read={first.sentiment?.label ?? null}
          mood={draft.mood}
          onChoose={(mood) => {
            change({ mood });
          }}
        />
        <Alike
          key={`alike/${group.key}`}
          group={group}
          left={draft.left}
          onLeave={(left) => {
            change({ left });
          }}
        />
      </div>
      <footer className="labelling-acts">
        <button
          type="button"
          className="button button-main labelling-accept"
          disabled={count === 0}
          onClick={accept}
        >
          <span className="clip">
            {proposed === null ? say("corrections.choose") : name("intent", proposed)}
          </span>
          {count > 1 && <span className="labelling-count tabular">×{count}</span>}
          <kbd className="kbd">Enter</kbd>
        </button>
        <button
          type="button"
          className="button"
          disabled={count === 0}
          onClick={() => {
            session.act({ discard: true });
          }}
        >
          <Trash2 size={15} aria-hidden="true" />
          {say("discard")}
          <kbd className="kbd">d</kbd>
        </button>
        <button
          type="button"
          className="button button-plain"
          disabled={!session.canUndo}
          onClick={session.undo}
        >
          <Undo2 size={15} aria-hidden="true" />
          {say("corrections.undo")}
          <kbd className="kbd">u</kbd>
        </button>
        <span className="labelling-place soft tabular">
          {session.here + 1} / {session.groups.length}
          {session.list.data?.next != null && "+"}
          <kbd className="kbd">↑</kbd>
          <kbd className="kbd">↓</kbd>
        </span>
      </footer>
    </section>
  );
}

/** What was said around the message, so that it can be understood. */
function Around({ said, answer = false }: { said: Said | null; answer?: boolean }) {
  const { name } = useLanguage();
  if (said === null || said.text === "") return null;
  return (
    <p className={`labelling-around labelling-around-${said.role}`}>
      {answer && <CornerDownRight size={14} aria-hidden="true" />}
      <span className="labelling-who">{name("speaker", said.role)}</span>
      <span className="labelling-said">{said.text}</span>
    </p>
  );
}
