import type { View } from "../view";
import { useLanguage } from "../words";
import { useChat } from "./context";

/** Whether it is time to ask: once, and not before the shopper knows what it is about. */
export function asksConsent({ consent, state, entries }: View): boolean {
  if (consent !== null || state !== "bot") return false;
  const said = entries.findIndex((line) => line.message.role === "shopper");
  return said >= 0 && entries.slice(said).some((line) => line.message.role === "bot");
}

/** May chats be learnt from? Nothing else depends on the answer. */
export function ConsentQuestion() {
  const chat = useChat();
  const { say } = useLanguage();
  const answer = (training: boolean, words: "consent_yes" | "consent_no") => (
    <button
      type="button"
      class="button button-small button-quiet"
      onClick={(event) => {
        const panel = event.currentTarget.closest(".panel");
        panel?.querySelector<HTMLElement>(".log-scroll")?.focus({ preventScroll: true });
        chat.consent(training);
      }}
    >
      {say(words)}
    </button>
  );
  return (
    <section class="strip consent" aria-label={say("consent_title")}>
      <h3>{say("consent_title")}</h3>
      <p>{say("consent_text")}</p>
      <div class="strip-choices">
        {answer(true, "consent_yes")}
        {answer(false, "consent_no")}
      </div>
    </section>
  );
}
