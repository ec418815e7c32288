import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { query } from "../../api";
import { useConsole } from "../../context";
import type { Act, Corrections, Done, Doubt, KnownIntent, KnownIntents, OpenGroup } from "./wire";

export interface Wanted {
  reason: Doubt | "";
  intent: string;
  /** Days back; 0 for all. */
  days: number;
  q: string;
}

export const ANYTHING: Wanted = { reason: "", intent: "", days: 0, q: "" };
const PAGE = 60;
const LIST = "corrections";
const INTENTS = ["correction-intents"] as const;
const DAY_MS = 86_400_000;

export function useCorrections(wanted: Wanted) {
  const { api } = useConsole();
  return useQuery({
    queryKey: [LIST, wanted],
    queryFn: ({ signal }) => {
      const since =
        wanted.days > 0 ? new Date(Date.now() - wanted.days * DAY_MS).toISOString() : null;
      const { reason, intent, q } = wanted;
      return api.get<Corrections>(
        `/corrections${query({ reason, intent, q, since, limit: PAGE })}`,
        signal,
      );
    },
    placeholderData: (previous) => previous,
    // What is on the page stays where it is until somebody has come to its end.
    staleTime: Infinity,
    gcTime: 0,
  });
}

/** Puts a group that was taken back first, where the list that was fetched since has it no more. */
export function usePuttingBack(wanted: Wanted) {
  const cache = useQueryClient();
  return (group: OpenGroup) => {
    cache.setQueryData<Corrections>([LIST, wanted], (list) =>
      list === undefined || list.groups.some(({ key }) => key === group.key)
        ? list
        : { ...list, groups: [group, ...list.groups] },
    );
  };
}

export function useKnownIntents() {
  const { api } = useConsole();
  return useQuery({
    queryKey: INTENTS,
    queryFn: ({ signal }) => api.get<KnownIntents>("/corrections/intents", signal),
    staleTime: 60_000,
  });
}

export function useActing() {
  const { api } = useConsole();
  return useMutation({ mutationFn: (act: Act) => api.post<Done>("/corrections", act) });
}

export function useUndoing() {
  const { api } = useConsole();
  return useMutation({
    mutationFn: (act: string) => api.post<{ restored: string[] }>("/corrections/undo", { act }),
  });
}

export function useAddingIntent() {
  const { api } = useConsole();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (made: { name: string; description: string }) =>
      api.post<KnownIntent>("/corrections/intents", made),
    onSuccess: (made) => {
      cache.setQueryData<KnownIntents>(
        INTENTS,
        (known) => known && { ...known, intents: [...known.intents, made] },
      );
    },
  });
}
