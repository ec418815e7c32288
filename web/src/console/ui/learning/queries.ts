import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { query } from "../../api";
import { useConsole } from "../../context";
import { useTell } from "../parts/toasts";
import { isOpen, type Job, type Jobs, type Learning, type ModelKind, type Shelf } from "./wire";

const BUSY_MS = 1_500;
const IDLE_MS = 10_000;
const SLOW_MS = 30_000;
const PART = 20;

const KEYS = {
  learning: ["learning"] as const,
  jobs: ["jobs"] as const,
  shelves: ["shelves"] as const,
  log: (id: string) => ["job-log", id] as const,
};

export function useLearning() {
  const { api } = useConsole();
  return useQuery({
    queryKey: KEYS.learning,
    queryFn: ({ signal }) => api.get<Learning>("/learning", signal),
    refetchInterval: IDLE_MS,
  });
}

/** All jobs, the latest first; looked at often while one is under way. */
export function useJobs() {
  const { api } = useConsole();
  const cache = useQueryClient();
  const jobs = useInfiniteQuery({
    queryKey: KEYS.jobs,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.get<Jobs>(`/jobs${query({ before: pageParam, limit: PART })}`, signal),
    getNextPageParam: (part) => part.next,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((part) => part.jobs.some(isOpen)) ? BUSY_MS : IDLE_MS,
  });
  const all = jobs.data?.pages.flatMap((part) => part.jobs) ?? [];
  const underWay = all
    .filter(isOpen)
    .map(({ id }) => id)
    .join();
  const before = useRef(underWay);
  useEffect(() => {
    if (before.current === underWay) return;
    before.current = underWay;
    // One began or ended: there is less to learn now, or another model.
    void cache.invalidateQueries({ queryKey: KEYS.learning });
    void cache.invalidateQueries({ queryKey: KEYS.shelves });
  }, [cache, underWay]);
  return { ...jobs, all };
}

export function useShelves() {
  const { api } = useConsole();
  return useQuery({
    queryKey: KEYS.shelves,
    queryFn: ({ signal }) => api.get<{ shelves: Shelf[] }>("/models", signal),
    select: ({ shelves }) => shelves,
    refetchInterval: SLOW_MS,
  });
}

export function useJobLog(job: Job, lines: number) {
  const { api } = useConsole();
  return useQuery({
    queryKey: [...KEYS.log(job.id), lines, job.state],
    queryFn: ({ signal }) =>
      api.get<{ lines: string[] }>(`/jobs/${job.id}/log${query({ lines })}`, signal),
    select: (log) => log.lines,
    refetchInterval: isOpen(job) ? BUSY_MS : false,
    placeholderData: keepPreviousData,
  });
}

/** What is done about trainings and models; the page is brought up to date after each. */
export function useDeeds() {
  const { api } = useConsole();
  const cache = useQueryClient();
  const tell = useTell();
  const settled = () => {
    for (const key of [KEYS.jobs, KEYS.learning, KEYS.shelves]) {
      void cache.invalidateQueries({ queryKey: key });
    }
  };
  const { mutate, isPending } = useMutation({
    mutationFn: (deed: () => Promise<unknown>) => deed(),
    onError: tell.failed,
    onSettled: settled,
  });
  return {
    isPending,
    start: (kind: Job["kind"], wanted: { promote?: boolean; model?: string } = {}) => {
      mutate(() => api.post("/jobs", { kind, ...wanted }));
    },
    cancel: (job: Job) => {
      mutate(() => api.post(`/jobs/${job.id}/cancel`));
    },
    promote: (kind: ModelKind, model: string, anyway: string | null) => {
      mutate(() => api.post(`/models/${kind}/${model}/promote`, { anyway }), {
        onSuccess: () => {
          tell.done("learning.promoted");
        },
      });
    },
    goBack: (kind: ModelKind) => {
      mutate(() => api.post(`/models/${kind}/rollback`), {
        onSuccess: () => {
          tell.done("learning.went_back");
        },
      });
    },
    tryOut: (kind: ModelKind, model: string, share: number) => {
      mutate(() => api.post(`/models/${kind}/${model}/trial`, { share }));
    },
    endTrial: (kind: ModelKind) => {
      mutate(() => api.delete(`/models/${kind}/trial`));
    },
  };
}

export type Deeds = ReturnType<typeof useDeeds>;
