import type { Language } from "../../words";
import { exactly } from "../parts/time";
import { SHIPPED, type Decision, type Job, type Model, type Schedule } from "./wire";

/** When trainings begin by themselves, in words. */
export function scheduleIn(schedule: Schedule, { say, locale }: Language): string {
  const { every, after, promote, next_at: next } = schedule;
  if (every === "off" && after === 0) return say("learning.by_hand");
  const when = new Intl.DateTimeFormat(locale, {
    weekday: "long",
    hour: "2-digit",
    minute: "2-digit",
  });
  return [
    every !== "off" &&
      next !== null &&
      say(`learning.every_${every}`, { time: when.format(new Date(next)) }),
    after > 0 && say("learning.after", { count: after }),
    say(promote ? "learning.serves_itself" : "learning.serves_by_hand"),
  ]
    .filter(Boolean)
    .join(" ");
}

/** What came of a job that is over, and the chip it is drawn as. */
export function outcomeOf(job: Job, { say, name }: Language): { words: string; tone: string } {
  if (job.state === "failed") {
    return { words: name("job.error", job.error ?? "unknown"), tone: "chip-alarm" };
  }
  if (job.state === "cancelled") return { words: say("job.cancelled"), tone: "" };
  if (job.promoted) return { words: say("job.promoted"), tone: "chip-leaf" };
  if (job.verdict === "refused") return { words: say("verdict.refused"), tone: "chip-amber" };
  return { words: say("verdict.passed"), tone: "chip-leaf" };
}

/** When a model was trained; null for what ships. */
export function whenMade(model: Model, locale: string): string | null {
  if (model.name === SHIPPED) return null;
  return model.trained_at === null ? model.name : exactly(model.trained_at, locale);
}

/** A colleague's name, or what else had it done. */
export function nameOf(by: string, name: Language["name"]): string {
  return by === "schedule" || by === "command" ? name("job.origin", by) : by;
}

/** Who put which model into use, and why. */
export function decisionIn(step: Decision, known: Model | undefined, language: Language): string {
  const { say, name, locale } = language;
  const made = known && whenMade(known, locale);
  const model =
    step.model === null
      ? say("shelf.the_shipped")
      : say("shelf.the_model", { time: made ?? step.model });
  const who =
    step.by === ""
      ? "–"
      : step.by === "schedule"
        ? say("shelf.the_schedule")
        : nameOf(step.by, name);
  const said = say(step.back ? "shelf.was_back" : "shelf.was_promoted", { model, who });
  return step.reason === "" ? said : `${said} ${say("shelf.because", { reason: step.reason })}`;
}
