import { useState } from "preact/hooks";
import { LONGEST } from "./composer";
import type { View } from "../view";
import { useLanguage } from "../words";
import { useChat } from "./context";
import { Sheet } from "./sheet";

/** Whether nobody comes soon, so that a message may be left. */
export function mayLeave({ queue }: View): boolean {
  return queue !== null && (queue.may_leave || !queue.open);
}

/** Says that the shop's people are away, and offers to leave them a message. */
export function AwayStrip({ view: { queue }, onLeave }: { view: View; onLeave: () => void }) {
  const { say, locale } = useLanguage();
  if (!queue) return null;
  const until = queue.opens_at === undefined ? null : sayTime(queue.opens_at, locale);
  const words = queue.open
    ? say("waiting_long")
    : until === null
      ? say("away")
      : say("away_until", { time: until });
  return (
    <section class="strip away" aria-label={say("leave")}>
      <p>{words}</p>
      <button type="button" class="button button-small button-quiet" onClick={onLeave}>
        {say("leave")}
      </button>
    </section>
  );
}

/** The hour alone where it is less than a day away. */
function sayTime(at: string, locale: string): string {
  const time = new Date(at);
  const isSoon = time.getTime() - Date.now() < 20 * 3_600_000;
  return time.toLocaleString(locale, {
    ...(!isSoon && { weekday: "long" }),
    ...{ hour: "numeric", minute: "2-digit" },
  });
}

/** What is left for people who are away. What was written stays until it has arrived. */
export function LeaveMessage({ onDone }: { onDone: () => void }) {
  const chat = useChat();
  const { say } = useLanguage();
  const [text, setText] = useState(chat.draft);
  const [email, setEmail] = useState("");
  const [problem, setProblem] = useState<"leave_email_wrong" | "failed_again" | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const isFit = text.trim() !== "" && Array.from(text.trim()).length <= LONGEST;

  const send = async () => {
    if (email.trim() !== "" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim())) {
      setProblem("leave_email_wrong");
      return;
    }
    setIsBusy(true);
    setProblem(null);
    try {
      await chat.leaveMessage({ text: text.trim(), email: email.trim() });
      chat.draft = "";
      onDone();
    } catch {
      setProblem("failed_again");
      setIsBusy(false);
    }
  };

  return (
    <Sheet label={say("leave_title")}>
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isFit && !isBusy) void send();
        }}
      >
        <h2>{say("leave_title")}</h2>
        <label>
          {say("leave_text")}
          <textarea
            data-first
            rows={4}
            dir="auto"
            value={text}
            onInput={({ currentTarget: { value } }) => {
              setText(value);
              chat.draft = value;
            }}
          />
        </label>
        <label>
          {say("leave_email")}
          <input
            type="email"
            autocomplete="email"
            dir="ltr"
            maxLength={254}
            value={email}
            aria-invalid={problem === "leave_email_wrong"}
            onInput={({ currentTarget: { value } }) => {
              setEmail(value);
            }}
          />
        </label>
        <p class="form-hint" role="status">
          {problem === null ? say("leave_hint") : <span class="form-problem">{say(problem)}</span>}
        </p>
        <button type="submit" class="button" disabled={!isFit || isBusy}>
          {say("leave_send")}
        </button>
        <button type="button" class="button button-quiet" onClick={onDone}>
          {say("cancel")}
        </button>
      </form>
    </Sheet>
  );
}
