import { useState } from "preact/hooks";
import type { View } from "../view";
import { useLanguage } from "../words";
import { useChat } from "./context";
import { StarIcon } from "./icons";

const SCORES = [1, 2, 3, 4, 5] as const;
const LONGEST_COMMENT = 1_000;

/** After the conversation: how it was, and another one. */
export function Ended({ view }: { view: View }) {
  const chat = useChat();
  const { say } = useLanguage();
  // It is people who want to know how they did.
  const wasHelped = view.entries.some((line) => line.message.role === "agent");
  return (
    <div class="ended">
      {wasHelped && !view.graded ? (
        <Grading />
      ) : (
        <p role="status">{say(view.graded ? "grade_thanks" : "ended")}</p>
      )}
      <button
        type="button"
        class="button button-quiet"
        onClick={() => {
          chat.reset();
        }}
      >
        {say("restart")}
      </button>
    </div>
  );
}

function Grading() {
  const chat = useChat();
  const { say } = useLanguage();
  const [score, setScore] = useState(0);
  const [comment, setComment] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [hasFailed, setHasFailed] = useState(false);

  const send = async () => {
    setIsBusy(true);
    setHasFailed(false);
    try {
      await chat.grade(score, comment.trim());
    } catch {
      setHasFailed(true);
      setIsBusy(false);
    }
  };

  return (
    <form
      class="form grading"
      onSubmit={(event) => {
        event.preventDefault();
        if (score > 0 && !isBusy) void send();
      }}
    >
      <fieldset>
        <legend>{say("grade_question")}</legend>
        <div class="stars-choice">
          {SCORES.map((value) => (
            <label key={value} class={value <= score ? "is-lit" : ""} title={say(`grade_${value}`)}>
              <input
                type="radio"
                name="score"
                class="unseen"
                value={value}
                checked={value === score}
                aria-label={say(`grade_${value}`)}
                onChange={() => {
                  setScore(value);
                }}
              />
              <StarIcon />
            </label>
          ))}
        </div>
      </fieldset>
      {score > 0 && (
        <>
          <p class="grading-words" aria-hidden="true">
            {say(`grade_${score as 1 | 2 | 3 | 4 | 5}`)}
          </p>
          <textarea
            rows={2}
            dir="auto"
            maxLength={LONGEST_COMMENT}
            value={comment}
            aria-label={say("grade_comment")}
            placeholder={say("grade_comment")}
            onInput={({ currentTarget: { value } }) => {
              setComment(value);
            }}
          />
          {hasFailed && (
            <p class="form-problem" role="alert">
              {say("failed_again")}
            </p>
          )}
          <button type="submit" class="button" disabled={isBusy}>
            {say("grade_send")}
          </button>
        </>
      )}
    </form>
  );
}
