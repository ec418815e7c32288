import { useSyncExternalStore } from "react";
import { useLanguage, type Language } from "../../words";

const TICK_MS = 10_000;
let now = Date.now();
let clock: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  now = Date.now();
  listeners.add(listener);
  clock ??= setInterval(() => {
    now = Date.now();
    for (const one of listeners) one();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(clock);
      clock = undefined;
    }
  };
}

/** The time, told anew every ten seconds to all who show it. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** "4m", "2h", "3d": how long something has lasted. */
export function duration(seconds: number, { say }: Pick<Language, "say">): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return say("seconds", { count: whole });
  if (whole < 3600) return say("minutes", { count: Math.floor(whole / 60) });
  if (whole < 86_400) return say("hours", { count: Math.floor(whole / 3600) });
  return say("days", { count: Math.floor(whole / 86_400) });
}

/** How long ago, short. */
export function Ago({ at }: { at: string }) {
  const language = useLanguage();
  const seconds = (useNow() - Date.parse(at)) / 1000;
  return (
    <time dateTime={at} className="tabular" title={exactly(at, language.locale)}>
      {seconds < 60 ? language.say("now") : duration(seconds, language)}
    </time>
  );
}

export function clockTime(at: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(new Date(at));
}

export function exactly(at: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(at),
  );
}

/** "Today", "Yesterday", or the date. */
export function dayName(at: string, locale: string): string {
  const day = new Date(at);
  const days = Math.round(
    (new Date(day).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86_400_000,
  );
  if (days === 0 || days === -1) {
    const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day");
    return words.charAt(0).toLocaleUpperCase() + words.slice(1);
  }
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(day);
}
