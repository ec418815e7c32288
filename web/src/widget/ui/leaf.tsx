import type { ComponentChildren } from "preact";
import { useLanguage } from "../words";
import { BackIcon } from "./icons";
import { Sheet } from "./sheet";

/** What is told of the last change. */
export type LeafNote = "portrait_done" | "failed_again" | null;

interface LeafProps {
  title: string;
  note: LeafNote;
  onDone: () => void;
  children: ComponentChildren;
}

/** A page over the conversation, with the way back and a word on what was changed. */
export function Leaf({ title, note, onDone, children }: LeafProps) {
  const { say } = useLanguage();
  return (
    <Sheet label={title} isPage>
      <div class="leaf-header">
        <button
          type="button"
          class="icon-button"
          data-first
          aria-label={say("back")}
          title={say("back")}
          onClick={onDone}
        >
          <BackIcon />
        </button>
        <h2>{title}</h2>
      </div>
      <div class="leaf-body" tabIndex={0} role="group" aria-label={title}>
        {children}
      </div>
      <p class={note === null ? "unseen" : `leaf-note ${note}`} role="status">
        {note === null ? "" : say(note)}
      </p>
    </Sheet>
  );
}
