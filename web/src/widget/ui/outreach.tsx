import { useEffect, useState } from "preact/hooks";
import {
  ownTimeZone,
  type Outreach as Wishes,
  type OutreachChange,
  type OutreachTopic,
  type QuietHours,
} from "../outreach";
import type { PortraitChange, PortraitLine } from "../portrait";
import { useLanguage } from "../words";
import { useChat } from "./context";
import { Leaf, type LeafNote } from "./leaf";
import { Topic } from "./portrait";

const TOPICS: readonly OutreachTopic[] = ["alerts", "orders", "carts"];
const NIGHT: QuietHours = { from: 22, to: 8 };
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

interface OutreachProps {
  /** Signed in: only then are there orders to hear of. */
  signedIn: boolean;
  onDone: () => void;
}

/** What the shop may write about unasked: each kind apart, or nothing at all. */
export function Outreach({ signedIn, onDone }: OutreachProps) {
  const chat = useChat();
  const { say } = useLanguage();
  const [wishes, setWishes] = useState<Wishes | null>(null);
  const [goods, setGoods] = useState<readonly PortraitLine[]>([]);
  const [note, setNote] = useState<LeafNote>(null);

  const fail = () => {
    setNote("failed_again");
  };

  useEffect(() => {
    chat.ask((rest, token) => rest.outreach(token)).then(setWishes, fail);
    chat
      .ask((rest, token) => rest.portrait(token))
      .then(({ lines }) => {
        setGoods(lines);
      }, fail);
  }, [chat]);

  const change = (wanted: OutreachChange) => {
    setNote(null);
    chat
      .ask((rest, token) => rest.changeOutreach(token, wanted))
      .then((now) => {
        setWishes(now);
        setNote("portrait_done");
      }, fail);
  };

  const forget = (wanted: PortraitChange) => {
    setNote(null);
    chat
      .ask((rest, token) => rest.correct(token, wanted))
      .then(({ lines }) => {
        setGoods(lines);
        setNote("portrait_done");
      }, fail);
  };

  const shown = TOPICS.filter((topic) => topic !== "orders" || signedIn);
  return (
    <Leaf title={say("outreach")} note={note} onDone={onDone}>
      <p class="leaf-intro">{say("outreach_intro")}</p>
      {wishes === null && note === null && <p class="leaf-none">{say("portrait_loading")}</p>}
      {wishes !== null && (
        <>
          <ul class="switches">
            {shown.map((topic) => (
              <li key={topic}>
                <Switch
                  on={wishes[topic]}
                  label={say(`outreach_${topic}`)}
                  hint={say(`outreach_${topic}_hint`)}
                  onChange={(on) => {
                    change({ [topic]: on });
                  }}
                />
              </li>
            ))}
            <li>
              <Switch
                on={wishes.quiet !== null}
                label={say("outreach_quiet")}
                hint={say("outreach_quiet_hint")}
                onChange={(on) => {
                  change(inOwnTime(on ? NIGHT : null));
                }}
              />
              {wishes.quiet && (
                <Hours
                  hours={wishes.quiet}
                  onChange={(hours) => {
                    change(inOwnTime(hours));
                  }}
                />
              )}
            </li>
          </ul>
          {wishes.alerts && <Topic topic="alert" lines={goods} onChange={forget} />}
          {TOPICS.some((topic) => wishes[topic]) && (
            <button
              type="button"
              class="button button-quiet stop-all"
              onClick={() => {
                change({ alerts: false, orders: false, carts: false });
              }}
            >
              {say("outreach_stop")}
            </button>
          )}
        </>
      )}
    </Leaf>
  );
}

function inOwnTime(quiet_hours: QuietHours | null): OutreachChange {
  const time_zone = ownTimeZone();
  return { quiet_hours, ...(time_zone !== undefined && { time_zone }) };
}

interface SwitchProps {
  on: boolean;
  label: string;
  hint: string;
  onChange: (on: boolean) => void;
}

function Switch({ on, label, hint, onChange }: SwitchProps) {
  return (
    <button
      type="button"
      class="switch"
      role="switch"
      aria-checked={on}
      aria-label={label}
      onClick={() => {
        onChange(!on);
      }}
    >
      <span class="switch-words">
        <span>{label}</span>
        <span class="switch-hint">{hint}</span>
      </span>
      <span class="switch-track" aria-hidden="true" />
    </button>
  );
}

interface HoursProps {
  hours: QuietHours;
  onChange: (hours: QuietHours) => void;
}

/** From when to when; an hour cannot end where it begins. */
function Hours({ hours, onChange }: HoursProps) {
  const { say, locale } = useLanguage();
  const name = (hour: number) =>
    new Date(2000, 0, 1, hour).toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit" });
  const choose = (end: keyof QuietHours, other: number) => (
    <select
      class="hour"
      aria-label={say(`outreach_${end}`)}
      value={hours[end]}
      onChange={({ currentTarget: { value } }) => {
        onChange({ ...hours, [end]: Number(value) });
      }}
    >
      {HOURS.filter((hour) => hour !== other).map((hour) => (
        <option key={hour} value={hour}>
          {name(hour)}
        </option>
      ))}
    </select>
  );
  return (
    <p class="hours">
      {choose("from", hours.to)}
      <span aria-hidden="true">–</span>
      {choose("to", hours.from)}
    </p>
  );
}
