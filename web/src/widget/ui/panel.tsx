import { useEffect, useRef, useState } from "preact/hooks";
import type { View } from "../view";
import { useLanguage } from "../words";
import { Composer } from "./composer";
import { useChat } from "./context";
import { Header } from "./header";
import { Messages } from "./messages";
import { ProblemLine } from "./problem";
import { Restart } from "./restart";

/** As narrow as this, the panel takes the whole screen. The style sheet says the same. */
export const PHONE = "(max-width: 480px)";

interface PanelProps {
  view: View;
  takesFocus: boolean;
}

export function Panel({ view, takesFocus }: PanelProps) {
  const chat = useChat();
  const { say } = useLanguage();
  const panel = useRef<HTMLElement>(null);
  const [asksRestart, setAsksRestart] = useState(false);
  const isPhone = usePhone();

  useEffect(() => {
    if (!takesFocus) return;
    // On a phone the field would bring up the keyboard over half of the conversation.
    const first = panel.current?.querySelector<HTMLElement>(isPhone ? ".panel-close" : "textarea");
    first?.focus({ preventScroll: true });
    // Only on opening.
  }, []);

  useEffect(() => {
    if (!isPhone) return;
    const { style } = document.documentElement;
    const before = style.overflow;
    style.overflow = "hidden";
    return () => {
      style.overflow = before;
    };
  }, [isPhone]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (asksRestart) setAsksRestart(false);
      else chat.close();
    }
    if (event.key === "Tab" && isPhone && panel.current) keepInside(panel.current, event);
  };

  return (
    <section
      ref={panel}
      class="panel"
      role="dialog"
      aria-modal={isPhone}
      aria-label={say("panel")}
      onKeyDown={onKeyDown}
    >
      <Header
        view={view}
        onRestart={() => {
          setAsksRestart(true);
        }}
      />
      <Messages view={view} />
      {view.problem && <ProblemLine problem={view.problem} />}
      {view.state === "closed" ? (
        <div class="ended">
          <p>{say("ended")}</p>
          <button
            type="button"
            class="button"
            onClick={() => {
              chat.reset();
            }}
          >
            {say("restart")}
          </button>
        </div>
      ) : (
        <Composer state={view.state} />
      )}
      {asksRestart && (
        <Restart
          onDone={() => {
            setAsksRestart(false);
          }}
        />
      )}
    </section>
  );
}

function usePhone(): boolean {
  const [query] = useState(() => matchMedia(PHONE));
  const [isPhone, setIsPhone] = useState(query.matches);
  useEffect(() => {
    const update = () => {
      setIsPhone(query.matches);
    };
    query.addEventListener("change", update);
    return () => {
      query.removeEventListener("change", update);
    };
  }, [query]);
  return isPhone;
}

/** What covers the page must not let the keyboard wander under it. */
function keepInside(panel: HTMLElement, event: KeyboardEvent): void {
  const all = panel.querySelectorAll<HTMLElement>("a[href], button:not(:disabled), textarea");
  const first = all[0];
  const last = all[all.length - 1];
  const root = panel.getRootNode();
  const now = root instanceof ShadowRoot ? root.activeElement : document.activeElement;
  const target =
    event.shiftKey && now === first ? last : !event.shiftKey && now === last ? first : null;
  if (!target) return;
  event.preventDefault();
  target.focus();
}
