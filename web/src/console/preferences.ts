import { useSyncExternalStore } from "react";

/** What one person chose on one machine. */
export interface Preferences {
  theme: "auto" | "light" | "dark";
  locale: string;
  sound: boolean;
  notifications: boolean;
}

const KEY = "console:preferences";

function read(): Preferences {
  const defaults: Preferences = {
    theme: "auto",
    locale: navigator.language,
    sound: false,
    notifications: false,
  };
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>;
    return { ...defaults, ...stored };
  } catch {
    return defaults;
  }
}

let current: Preferences | null = null;
const listeners = new Set<() => void>();

export function preferences(): Preferences {
  current ??= read();
  return current;
}

export function prefer(change: Partial<Preferences>): void {
  current = { ...preferences(), ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // The choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences);
}
