import { describe, expect, it } from "vitest";
import { decisionIn, outcomeOf, scheduleIn } from "../../src/console/ui/learning/phrases";
import {
  isOpen,
  modelOf,
  type Decision,
  type Job,
  type Model,
  type Schedule,
} from "../../src/console/ui/learning/wire";
import { chooseLanguage } from "../../src/console/words";

const en = chooseLanguage("en");
const zh = chooseLanguage("zh-CN");

const aSchedule = (values: Partial<Schedule> = {}): Schedule => ({
  every: "off",
  hour: 3,
  timezone: "UTC",
  after: 0,
  promote: false,
  next_at: null,
  ...values,
});

const aJob = (values: Partial<Job> = {}): Job => ({
  id: "1",
  kind: "train_nlu",
  state: "done",
  origin: "staff",
  by: null,
  promote: false,
  cancelling: false,
  step: null,
  part: null,
  done: null,
  total: null,
  model: "m",
  verdict: "passed",
  promoted: false,
  error: null,
  created_at: "2026-01-01T00:00:00Z",
  started_at: "2026-01-01T00:00:00Z",
  finished_at: "2026-01-01T00:10:00Z",
  ...values,
});

const aModel = (values: Partial<Model> = {}): Model => ({
  name: "20260101T000000Z",
  trained_at: "2026-01-01T00:00:00Z",
  in_use: false,
  figures: {},
  verdict: "passed",
  refused_by: [],
  beside: "shipped",
  stale: false,
  by: "",
  code: "",
  data_hash: "",
  learnt: {},
  page: true,
  ...values,
});

const aDecision = (values: Partial<Decision> = {}): Decision => ({
  at: "2026-01-02T00:00:00Z",
  model: "20260101T000000Z",
  back: false,
  by: "Sue",
  passed: true,
  reason: "",
  ...values,
});

describe("the schedule", () => {
  it("says how a shop sets one where there is none", () => {
    expect(scheduleIn(aSchedule(), en)).toContain("SHOPKEEPER_RETRAIN");
  });

  it("says when the next training is, after how many corrections, and what becomes of it", () => {
    const nightly = aSchedule({
      every: "daily",
      after: 50,
      promote: true,
      next_at: "2026-05-04T03:00:00Z",
    });
    const words = scheduleIn(nightly, en);
    expect(words).toContain("every day");
    expect(words).toContain("50 corrections");
    expect(words).toContain("goes into use by itself");
    expect(scheduleIn(nightly, zh)).toContain("50");
  });
});

describe("a job that is over", () => {
  it.each([
    [{}, "Passed"],
    [{ promoted: true }, "Passed, put into use"],
    [{ verdict: "refused" }, "Refused by the gate"],
    [{ state: "cancelled", verdict: null }, "Cancelled"],
    [{ state: "failed", error: "train_failed" }, "Training failed"],
    [{ state: "failed", error: "something_new" }, "Something new"],
  ] as const)("tells what came of it: %o", (values, words) => {
    expect(outcomeOf(aJob(values), en).words).toBe(words);
  });

  it("is open no longer", () => {
    expect(["queued", "running", "done"].map((state) => isOpen(aJob({ state } as Job)))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("is about one of the two models", () => {
    expect([modelOf("judge_nlu"), modelOf("train_recommender")]).toEqual(["nlu", "recommender"]);
  });
});

describe("a decision", () => {
  it("names who decided, what for and why", () => {
    const why = "The old one cannot read Chinese.";
    const words = decisionIn(aDecision({ reason: why }), aModel(), en);
    expect(words).toMatch(/^Sue put the model of .*2026.* into use\. Reason: The old one/);
  });

  it("names what ships and the schedule by words", () => {
    const back = aDecision({ model: null, back: true, by: "schedule" });
    expect(decisionIn(back, undefined, en)).toBe("The schedule went back to what ships.");
  });

  it("still names a model that is gone", () => {
    expect(decisionIn(aDecision(), undefined, en)).toContain("20260101T000000Z");
  });
});
