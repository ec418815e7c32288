import { X } from "lucide-react";
import { useState } from "react";
import { useTagging, useTags } from "../../queries";
import type { Summary } from "../../wire";
import { useLanguage } from "../../words";
import { Modal } from "../parts/dialog";
import { useTell } from "../parts/toasts";

const LONGEST = 40;
const MOST = 20;

interface TagsProps {
  conversation: Summary;
  open: boolean;
  onClose: () => void;
}

/** The conversation's tags: each change is kept at once. */
export function Tags({ conversation, open, onClose }: TagsProps) {
  const { say } = useLanguage();
  const tell = useTell();
  const tagging = useTagging(conversation.id);
  const inUse = useTags();
  const [word, setWord] = useState("");
  const tags = tagging.isPending ? tagging.variables : conversation.tags;
  const put = (next: string[]) => {
    tagging.mutate(next, { onError: tell.failed });
  };
  const add = (tag: string) => {
    const clean = tag.trim();
    if (clean !== "" && !tags.includes(clean) && tags.length < MOST) put([...tags, clean]);
    setWord("");
  };
  const others = (inUse.data ?? []).filter((tag) => !tags.includes(tag)).slice(0, 12);
  return (
    <Modal title={say("tags")} open={open} onClose={onClose}>
      <form
        className="tag-form"
        onSubmit={(event) => {
          event.preventDefault();
          add(word);
        }}
      >
        <input
          className="input"
          value={word}
          maxLength={LONGEST}
          aria-label={say("tags.new")}
          placeholder={say("tags.new")}
          onChange={(event) => {
            setWord(event.target.value);
          }}
        />
        <button type="submit" className="button" disabled={word.trim() === ""}>
          {say("add")}
        </button>
      </form>
      <div className="tag-cloud">
        {tags.length === 0 && <p className="soft">{say("tags.none")}</p>}
        {tags.map((tag) => (
          <span key={tag} className="chip chip-leaf">
            {tag}
            <button
              type="button"
              aria-label={say("tags.remove", { tag })}
              onClick={() => {
                put(tags.filter((one) => one !== tag));
              }}
            >
              <X size={13} aria-hidden="true" />
            </button>
          </span>
        ))}
      </div>
      {others.length > 0 && (
        <div className="field">
          <span className="field-label">{say("tags.in_use")}</span>
          <div className="tag-cloud">
            {others.map((tag) => (
              <button
                key={tag}
                type="button"
                className="chip"
                onClick={() => {
                  add(tag);
                }}
              >
                {tag}
              </button>
            ))}
          </div>
        </div>
      )}
    </Modal>
  );
}
