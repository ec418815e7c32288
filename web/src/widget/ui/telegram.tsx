import { useEffect, useState } from "preact/hooks";
import { useLanguage } from "../words";
import { useChat } from "./context";
import { Sheet } from "./sheet";

interface TelegramProps {
  /** The shop's bot there. */
  bot: string;
  /** Signed in here, so that both can be joined. */
  signedIn: boolean;
  onDone: () => void;
}

/** The way to Telegram: for a customer as the same customer, for a guest as anybody. */
export function Telegram({ bot, signedIn, onDone }: TelegramProps) {
  const chat = useChat();
  const { say } = useLanguage();
  const [link, setLink] = useState<string | null>(signedIn ? null : bot);
  const [isJoined, setIsJoined] = useState(false);
  const [hasFailed, setHasFailed] = useState(false);

  useEffect(() => {
    if (!signedIn) return;
    chat
      .ask((rest, token) => rest.telegramLink(token))
      .then(
        (own) => {
          setIsJoined(own !== null);
          setLink(own ?? bot);
        },
        () => {
          setHasFailed(true);
        },
      );
  }, [chat, bot, signedIn]);

  const words = isJoined ? "telegram_text" : "telegram_guest";
  return (
    <Sheet label={say("telegram")}>
      <h2>{say("telegram")}</h2>
      <p role="status">
        {say(hasFailed ? "telegram_none" : link === null ? "portrait_loading" : words)}
      </p>
      {link !== null && (
        <a class="button" href={link} target="_blank" rel="noopener noreferrer" onClick={onDone}>
          {say("telegram_open")}
        </a>
      )}
      <button type="button" class="button button-quiet" data-first onClick={onDone}>
        {say("back")}
      </button>
    </Sheet>
  );
}
