/** What the staff API tells of trainings and models. */
import type { Person } from "../../wire";

/** What ships has no folder on the shelf. */
export const SHIPPED = "shipped";

export type ModelKind = "nlu" | "recommender";
export type TrainingKind = `train_${ModelKind}`;
export type JobKind = TrainingKind | `judge_${ModelKind}`;
export type Verdict = "passed" | "refused";
export type Step = "train" | "judge" | "promote";

export interface Job {
  id: string;
  kind: JobKind;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  origin: "staff" | "command" | "schedule";
  by: Person | null;
  promote: boolean;
  cancelling: boolean;
  step: Step | null;
  part: string | null;
  done: number | null;
  total: number | null;
  model: string | null;
  verdict: Verdict | null;
  promoted: boolean;
  error: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface Jobs {
  jobs: Job[];
  next: string | null;
}

export interface Training {
  kind: TrainingKind;
  /** Corrections, or steps of shoppers, since the last one. */
  fresh: number;
  last_at: string | null;
  usual_seconds: number | null;
}

export interface Schedule {
  every: "off" | "daily" | "weekly";
  hour: number;
  timezone: string;
  after: number;
  promote: boolean;
  next_at: string | null;
}

export interface Learning {
  learner_runs: boolean;
  schedule: Schedule;
  trainings: Training[];
}

export interface Model {
  name: string;
  trained_at: string | null;
  in_use: boolean;
  figures: Record<string, number>;
  verdict: Verdict | null;
  refused_by: string[];
  beside: string | null;
  /** Another model serves by now than the one it was judged beside. */
  stale: boolean;
  by: string;
  code: string;
  data_hash: string;
  learnt: Record<string, number>;
  page: boolean;
}

export interface Decision {
  at: string;
  model: string | null;
  back: boolean;
  by: string;
  passed: boolean | null;
  reason: string;
}

export interface TrialRate {
  name: "without_person" | "handed_over" | "bought" | "not_understood" | "thumbs_up";
  count: number;
  of: number;
  share: number;
  /** Between which it lies, 95% of the time. */
  low: number;
  high: number;
}

/** What came of those whom one model answered. */
export interface TrialOutcome {
  model: string;
  on_trial: boolean;
  shoppers: number;
  rates: TrialRate[];
}

export interface Trial {
  model: string;
  share: number;
  since: string;
  outcomes: TrialOutcome[];
}

export interface Shelf {
  kind: ModelKind;
  in_use: string;
  can_go_back: boolean;
  models: Model[];
  history: Decision[];
  trial: Trial | null;
}

export function modelOf(kind: JobKind): ModelKind {
  return kind.endsWith("nlu") ? "nlu" : "recommender";
}

export function isOpen(job: Job): boolean {
  return job.state === "queued" || job.state === "running";
}
