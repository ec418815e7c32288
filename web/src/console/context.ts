import { createContext, useContext } from "react";
import type { StaffApi } from "./api";
import type { Live } from "./live/live";
import type { Role, User } from "./wire";

/** What a screen works with while somebody is signed in. */
export interface Console {
  api: StaffApi;
  live: Live;
  user: User;
  signOut: () => Promise<void>;
}

export const ConsoleContext = createContext<Console | null>(null);

export function useConsole(): Console {
  const console = useContext(ConsoleContext);
  if (!console) throw new Error("no one is signed in here");
  return console;
}

const RANK: Record<Role, number> = { agent: 0, supervisor: 1, admin: 2 };

export function mayAs(user: User, role: Role): boolean {
  return RANK[user.role] >= RANK[role];
}
