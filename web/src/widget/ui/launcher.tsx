import type { RefObject } from "preact";
import { useLanguage } from "../words";
import { useChat } from "./context";
import { ChatIcon } from "./icons";

interface LauncherProps {
  isOpen: boolean;
  unread: number;
  button: RefObject<HTMLButtonElement | null>;
}

const MOST_SHOWN = 9;

export function Launcher({ isOpen, unread, button }: LauncherProps) {
  const chat = useChat();
  const { say } = useLanguage();
  const label = unread > 0 ? say("launch_unread", { count: unread }) : say("launch");
  return (
    <button
      ref={button}
      type="button"
      class="launcher"
      aria-label={label}
      aria-haspopup="dialog"
      aria-expanded={isOpen}
      onClick={() => {
        chat.open();
      }}
    >
      <ChatIcon />
      {unread > 0 && (
        <span class="badge" aria-hidden="true">
          {unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}
        </span>
      )}
    </button>
  );
}
