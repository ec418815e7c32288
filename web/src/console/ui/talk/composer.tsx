import { LockKeyhole } from "lucide-react";
import { useMemo, useState } from "react";
import { useConsole } from "../../context";
import { Drafts } from "../../live/drafts";
import { useAct } from "../../queries";
import type { Summary } from "../../wire";
import { useLanguage } from "../../words";
import { useTell } from "../parts/toasts";
import { useShortcuts } from "../shortcuts";
import { NoteForm } from "./note-form";
import { Writing } from "./writing";

interface ComposerProps {
  conversation: Summary;
  onClaimed: () => void;
}

/** Where one answers, as soon as the conversation is one's own; notes may be written by anybody. */
export function Composer({ conversation, onClaimed }: ComposerProps) {
  const { say } = useLanguage();
  const { user } = useConsole();
  const [noting, setNoting] = useState(false);
  const drafts = useMemo(() => new Drafts(user.id), [user.id]);
  const mine = conversation.state === "human" && conversation.owner?.id === user.id;
  useShortcuts({
    n: () => {
      setNoting(true);
    },
  });
  if (noting) {
    return (
      <NoteForm
        conversationId={conversation.id}
        onDone={() => {
          setNoting(false);
        }}
      />
    );
  }
  return mine ? (
    <Writing
      conversation={conversation}
      drafts={drafts}
      onNote={() => {
        setNoting(true);
      }}
    />
  ) : (
    <div className="locked">
      <LockKeyhole size={15} aria-hidden="true" />
      <Locked conversation={conversation} onClaimed={onClaimed} />
      <button
        type="button"
        className="button button-small button-plain"
        onClick={() => {
          setNoting(true);
        }}
      >
        {say("note.write")}
      </button>
    </div>
  );
}

function Locked({ conversation, onClaimed }: ComposerProps) {
  const { say } = useLanguage();
  const tell = useTell();
  const act = useAct(conversation.id);
  const { state, owner } = conversation;
  if (state === "human" && owner) return <p>{say("locked.owner", { name: owner.name })}</p>;
  return (
    <p>
      {say(
        state === "closed" ? "locked.closed" : state === "queued" ? "locked.queued" : "locked.bot",
      )}{" "}
      <button
        type="button"
        className="link"
        disabled={act.isPending}
        onClick={() => {
          act.mutate("claim", { onSuccess: onClaimed, onError: tell.failed });
        }}
      >
        {say(state === "closed" ? "reopen" : "claim")}
      </button>
    </p>
  );
}
