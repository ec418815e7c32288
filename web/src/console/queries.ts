import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
} from "@tanstack/react-query";
import { query } from "./api";
import { useConsole } from "./context";
import { keys } from "./keys";
import { inOrder, listPath, type Selection } from "./live/selection";
import type {
  Canned,
  ConversationList,
  Detail,
  Label,
  Labels,
  Member,
  Mood,
  Note,
  PickedProducts,
  StaffMessage,
  Suggestions,
  Summary,
} from "./wire";

export function useConversations(selection: Selection) {
  const { api, live } = useConsole();
  return useInfiniteQuery({
    queryKey: keys.list(selection),
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      const since = live.asking();
      const answer = await api.get<ConversationList>(listPath(selection, pageParam), signal);
      return live.settleList(answer, selection, since);
    },
    getNextPageParam: (page) => page.next,
    select: ({ pages }) => {
      const byId = new Map<string, Summary>();
      for (const page of pages) {
        for (const one of page.conversations) if (!byId.has(one.id)) byId.set(one.id, one);
      }
      return inOrder([...byId.values()], selection.tab);
    },
    placeholderData: (previous, before) =>
      before?.queryKey[1].tab === selection.tab ? previous : undefined,
  });
}

export function useDetail(id: string, locale: string) {
  const { api, live } = useConsole();
  return useQuery({
    queryKey: keys.detail(id),
    queryFn: async ({ signal }) => {
      const since = live.asking();
      const search = query({ suggest: "false", locale: locale.startsWith("zh") ? "zh" : "en" });
      return live.settleDetail(
        await api.get<Detail>(`/conversations/${id}${search}`, signal),
        since,
      );
    },
  });
}

/** What was said, oldest first: filled by the detail and by the socket. */
export function useMessages(id: string): readonly StaffMessage[] {
  const { data } = useQuery<StaffMessage[]>({
    queryKey: keys.messages(id),
    queryFn: () => [],
    enabled: false,
    staleTime: Infinity,
  });
  return data ?? NOTHING;
}

const NOTHING: readonly StaffMessage[] = [];

export function useEarlier(id: string) {
  const { api, live } = useConsole();
  return useMutation({
    mutationFn: (before: string) =>
      api.get<{ messages: StaffMessage[] }>(
        `/conversations/${id}/messages${query({ before, limit: 200 })}`,
      ),
    onSuccess: ({ messages }) => {
      live.addMessages(id, messages);
    },
  });
}

export function useSuggestions(id: string, wanted: boolean) {
  const { api } = useConsole();
  return useQuery({
    queryKey: keys.suggestions(id),
    queryFn: ({ signal }) => api.get<Suggestions>(`/conversations/${id}/suggestions`, signal),
    enabled: wanted,
    staleTime: 60_000,
  });
}

export function useProducts(conversationId: string, q: string, wanted: boolean) {
  const { api } = useConsole();
  return useQuery({
    queryKey: keys.products(conversationId, q),
    queryFn: ({ signal }) =>
      api.get<PickedProducts>(
        `/products${query({ q, conversation_id: conversationId, k: 12 })}`,
        signal,
      ),
    enabled: wanted,
    placeholderData: (previous) => previous,
  });
}

export function useCanned() {
  const { api } = useConsole();
  return useQuery({
    queryKey: keys.canned,
    queryFn: ({ signal }) => api.get<{ canned: Canned[] }>("/canned", signal),
    select: ({ canned }) => canned,
    staleTime: 60_000,
  });
}

export function useTeam() {
  const { api } = useConsole();
  return useQuery({
    queryKey: keys.team,
    queryFn: ({ signal }) => api.get<{ team: Member[] }>("/team", signal),
    select: ({ team }) => team,
    staleTime: 15_000,
  });
}

export function useLabels(wanted: boolean) {
  const { api } = useConsole();
  return useQuery({
    queryKey: keys.labels,
    queryFn: ({ signal }) => api.get<Labels>("/labels", signal),
    enabled: wanted,
    staleTime: Infinity,
  });
}

export function useTags() {
  const { api } = useConsole();
  return useQuery({
    queryKey: keys.tags,
    queryFn: ({ signal }) => api.get<{ tags: string[] }>("/tags", signal),
    select: ({ tags }) => tags,
  });
}

export type Act = "claim" | "release" | "close";

export function useAct(id: string): UseMutationResult<Summary, Error, Act> {
  const { api, live } = useConsole();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (act) => api.post<Summary>(`/conversations/${id}/${act}`),
    onSuccess: (summary) => {
      live.hear(summary);
    },
    onError: () => {
      // Somebody else was quicker, most likely: show how it is.
      void cache.invalidateQueries({ queryKey: keys.detail(id) });
      void cache.invalidateQueries({ queryKey: keys.lists });
    },
  });
}

export function useAssign(id: string): UseMutationResult<Summary, Error, string> {
  const { api, live } = useConsole();
  return useMutation({
    mutationFn: (staffId) =>
      api.post<Summary>(`/conversations/${id}/assign`, { staff_id: staffId }),
    onSuccess: (summary) => {
      live.hear(summary);
    },
  });
}

export function useTagging(id: string): UseMutationResult<Summary, Error, string[]> {
  const { api, live } = useConsole();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (tags) => api.put<Summary>(`/conversations/${id}/tags`, { tags }),
    onSuccess: (summary) => {
      live.hear(summary);
      void cache.invalidateQueries({ queryKey: keys.tags });
    },
  });
}

export function useNoting(id: string): UseMutationResult<Note, Error, string> {
  const { api, live } = useConsole();
  return useMutation({
    mutationFn: (text) => api.post<Note>(`/conversations/${id}/note`, { text }),
    onSuccess: (note) => {
      live.addNote(id, note);
    },
  });
}

export interface Correction {
  message: StaffMessage;
  intent: string | null;
  sentiment: Mood | null;
}

export function useLabelling(id: string): UseMutationResult<Label, Error, Correction> {
  const { api, live } = useConsole();
  return useMutation({
    mutationFn: ({ message, intent, sentiment }) =>
      api.post<Label>(`/messages/${message.id}/label`, {
        ...(intent ? { intent } : {}),
        ...(sentiment ? { sentiment } : {}),
      }),
    onSuccess: (label, { message }) => {
      live.addMessages(id, [{ ...message, label }]);
    },
  });
}
