import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ConversationState } from "../standing";
import { useLanguage } from "../words";
import { useChat } from "./context";
import { SendIcon } from "./icons";

/** The server takes no more. */
export const LONGEST = 2_000;
const COUNT_FROM = 1_800;
const TALLEST_PX = 132;
const TYPING_PAUSE_MS = 3_000;

/** Where the shopper writes. Enter sends; Shift+Enter begins a new line. */
export function Composer({ state }: { state: ConversationState }) {
  const chat = useChat();
  const { say } = useLanguage();
  const [text, setText] = useState(chat.draft);
  const field = useRef<HTMLTextAreaElement>(null);
  const tellTyping = useTyping((on) => {
    chat.typing(on);
  });

  // Counted as the server counts: an emoji is one character.
  const left = LONGEST - Array.from(text.trim()).length;
  const canSend = text.trim() !== "" && left >= 0;

  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, TALLEST_PX)}px`;
    area.style.overflowY = area.scrollHeight > TALLEST_PX ? "auto" : "hidden";
  }, [text]);

  const write = (words: string) => {
    setText(words);
    chat.draft = words;
  };

  const send = () => {
    if (!canSend) return;
    chat.say(text);
    write("");
    tellTyping(false);
    field.current?.focus();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="composer-field">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          aria-label={say("message_label")}
          aria-invalid={left < 0}
          placeholder={say(state === "bot" ? "placeholder" : "placeholder_human")}
          enterkeyhint="send"
          onInput={(event) => {
            write(event.currentTarget.value);
            tellTyping(true);
          }}
          onKeyDown={(event) => {
            // While a Chinese or Japanese word is being composed, Enter chooses it.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="send" aria-label={say("send")} disabled={!canSend}>
          <SendIcon />
        </button>
      </div>
      <p class={`count ${left < 0 ? "count-over" : ""}`} role="status">
        {left < 0
          ? say("too_long", { count: -left })
          : left <= LONGEST - COUNT_FROM
            ? say("left", { count: left })
            : ""}
      </p>
      {state === "bot" && <p class="note">{say("note")}</p>}
    </form>
  );
}

/** Tells once that typing began, and once that it ended or paused. */
function useTyping(tell: (on: boolean) => void): (on: boolean) => void {
  const clock = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const isOn = useRef(false);

  const change = (on: boolean) => {
    clearTimeout(clock.current);
    if (on !== isOn.current) tell(on);
    isOn.current = on;
    if (on) {
      clock.current = setTimeout(() => {
        change(false);
      }, TYPING_PAUSE_MS);
    }
  };

  useEffect(
    () => () => {
      clearTimeout(clock.current);
    },
    [],
  );
  return change;
}
