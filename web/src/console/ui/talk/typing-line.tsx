import type { Typist } from "../../live/typing";
import type { Summary } from "../../wire";
import { useLanguage } from "../../words";
import { shopperName } from "../shopper-name";

/** Who is writing at this moment. */
export function TypingLine({ conversation, typist }: { conversation: Summary; typist: Typist }) {
  const { say, name } = useLanguage();
  const who =
    typist.who === "shopper"
      ? shopperName(conversation, say)
      : (typist.name ?? name("speaker", typist.who));
  return (
    <p className="typing">
      <span className="typing-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {say("typing", { name: who })}
    </p>
  );
}
