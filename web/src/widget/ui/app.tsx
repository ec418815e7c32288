import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat";
import { chooseLanguage, LanguageContext } from "../words";
import { ChatContext } from "./context";
import { Launcher } from "./launcher";
import { Panel } from "./panel";

/** The whole widget: the launcher, and the panel while it is open. */
export function App({ chat, dir = "ltr" }: { chat: Chat; dir?: "ltr" | "rtl" }) {
  const [view, setView] = useState(chat.view);
  const launcher = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(view.open);
  // A panel that was open on the last page must not take the focus from this one.
  const takesFocus = useRef(!view.open);
  const language = useMemo(() => chooseLanguage(view.locale), [view.locale]);

  useEffect(() => {
    // Something may have changed between the first drawing and now.
    setView(chat.view);
    return chat.watch(() => {
      setView(chat.view);
    });
  }, [chat]);

  useEffect(() => {
    if (wasOpen.current && !view.open) launcher.current?.focus();
    wasOpen.current = view.open;
    if (!view.open) takesFocus.current = true;
  }, [view.open]);

  return (
    <ChatContext.Provider value={chat}>
      <LanguageContext.Provider value={language}>
        <div class={`widget ${view.open ? "is-open" : ""}`} lang={language.locale} dir={dir}>
          {view.open && <Panel view={view} takesFocus={takesFocus.current} />}
          <Launcher isOpen={view.open} unread={view.unread} button={launcher} />
        </div>
      </LanguageContext.Provider>
    </ChatContext.Provider>
  );
}
