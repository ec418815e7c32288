import { useEffect, useRef, useState } from "preact/hooks";
import type { View } from "../view";
import { useLanguage } from "../words";
import { AwayStrip, LeaveMessage, mayLeave } from "./away";
import { Composer } from "./composer";
import { asksConsent, ConsentQuestion } from "./consent";
import { useChat } from "./context";
import { Ended } from "./ended";
import { Header } from "./header";
import { BellIcon, DownloadIcon, PersonIcon, PlaneIcon } from "./icons";
import type { MenuItem } from "./menu";
import { Messages } from "./messages";
import { Outreach } from "./outreach";
import { Portrait } from "./portrait";
import { ProblemLine } from "./problem";
import { Restart } from "./restart";
import { Telegram } from "./telegram";
import { saveTranscript } from "./transcript";

/** As narrow as this, the panel takes the whole screen. The style sheet says the same. */
export const PHONE = "(max-width: 480px)";

/** What lies over the conversation. */
type Leaf = "restart" | "leave" | "portrait" | "outreach" | "telegram";

interface PanelProps {
  view: View;
  takesFocus: boolean;
}

export function Panel({ view, takesFocus }: PanelProps) {
  const chat = useChat();
  const { say } = useLanguage();
  const panel = useRef<HTMLElement>(null);
  const [leaf, setLeaf] = useState<Leaf | null>(null);
  /** The shop's bot there; null where it has none, undefined before that was asked. */
  const [telegram, setTelegram] = useState<string | null>();
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
      if (leaf) setLeaf(null);
      else chat.close();
    }
    const whole = leaf ? ".sheet, .leaf" : isPhone ? ".panel-main" : null;
    const inside = whole === null ? null : panel.current?.querySelector<HTMLElement>(whole);
    if (event.key === "Tab" && inside) keepInside(inside, event);
  };

  const findTelegram = () => {
    // Where it cannot be found out, it is not offered.
    if (telegram !== undefined) return;
    chat.ask((rest) => rest.telegramBot()).then(setTelegram, () => undefined);
  };

  const closeLeaf = () => {
    setLeaf(null);
  };

  const items: MenuItem[] = [
    {
      label: say("portrait"),
      icon: <PersonIcon />,
      act: () => {
        setLeaf("portrait");
      },
    },
    {
      label: say("outreach"),
      icon: <BellIcon />,
      act: () => {
        setLeaf("outreach");
      },
    },
    {
      label: say("transcript"),
      icon: <DownloadIcon />,
      act: () => {
        saveTranscript(chat, say("transcript_file"));
      },
    },
    ...(telegram
      ? [
          {
            label: say("telegram"),
            icon: <PlaneIcon />,
            act: () => {
              setLeaf("telegram");
            },
          },
        ]
      : []),
  ];

  return (
    <section
      ref={panel}
      class="panel"
      role="dialog"
      aria-modal={isPhone}
      aria-label={say("panel")}
      onKeyDown={onKeyDown}
    >
      <div class="panel-main" inert={leaf !== null}>
        <Header
          view={view}
          items={items}
          onMenu={findTelegram}
          onRestart={() => {
            setLeaf("restart");
          }}
        />
        <Messages view={view} />
        {!view.problem && asksConsent(view) && <ConsentQuestion />}
        {mayLeave(view) && (
          <AwayStrip
            view={view}
            onLeave={() => {
              setLeaf("leave");
            }}
          />
        )}
        {view.problem && <ProblemLine problem={view.problem} />}
        {view.state === "closed" ? <Ended view={view} /> : <Composer state={view.state} />}
      </div>
      {leaf === "restart" && <Restart onDone={closeLeaf} />}
      {leaf === "leave" && <LeaveMessage onDone={closeLeaf} />}
      {leaf === "portrait" && <Portrait view={view} onDone={closeLeaf} />}
      {leaf === "outreach" && <Outreach signedIn={view.signedIn} onDone={closeLeaf} />}
      {leaf === "telegram" && telegram && (
        <Telegram bot={telegram} signedIn={view.signedIn} onDone={closeLeaf} />
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

const TAKING_FOCUS =
  'a[href], button:not(:disabled):not([tabindex="-1"]), textarea, input, [tabindex="0"]';

/** What covers the page must not let the keyboard wander under it. */
function keepInside(panel: HTMLElement, event: KeyboardEvent): void {
  const all = panel.querySelectorAll<HTMLElement>(TAKING_FOCUS);
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
