import { Check, CircleStop } from "lucide-react";
import { useState } from "react";
import { mayAs, useConsole } from "../../context";
import { useLanguage } from "../../words";
import { duration, useNow } from "../parts/time";
import { JobLog } from "./job-log";
import type { Deeds } from "./queries";
import type { Job, Step } from "./wire";

interface JobNowProps {
  job: Job;
  usual: number | null;
  deeds: Deeds;
}

/** A job that waits or runs: which step it is at, how far, and what it says. */
export function JobNow({ job, usual, deeds }: JobNowProps) {
  const language = useLanguage();
  const { say, name } = language;
  const { user } = useConsole();
  const [open, setOpen] = useState(false);
  const now = useNow();
  const since = job.started_at === null ? null : (now - Date.parse(job.started_at)) / 1000;
  const left = usual !== null && since !== null ? usual - since : null;
  const running = job.state === "running";
  return (
    <section className="panel job-now" aria-label={name("job", job.kind)}>
      <header className="panel-head">
        <div>
          <h2 className="panel-title">{name("job", job.kind)}</h2>
          <p className="soft">
            {job.cancelling
              ? say("job.cancelling")
              : running
                ? name("job.at", job.step ?? "train")
                : say("job.queued")}
            {since !== null && ` · ${say("job.since", { time: duration(since, language) })}`}
            {left !== null &&
              left > 30 &&
              ` · ${say("job.left", { time: duration(left, language) })}`}
          </p>
        </div>
        {mayAs(user, "supervisor") && (
          <button
            type="button"
            className="button button-alarm"
            disabled={job.cancelling || deeds.isPending}
            onClick={() => {
              deeds.cancel(job);
            }}
          >
            <CircleStop size={15} aria-hidden="true" />
            {say("job.cancel")}
          </button>
        )}
      </header>
      <Steps job={job} />
      {running && <Bar job={job} />}
      <details
        className="job-log-fold"
        open={open}
        onToggle={(event) => {
          setOpen(event.currentTarget.open);
        }}
      >
        <summary>{say("job.log")}</summary>
        {open && <JobLog job={job} lines={40} />}
      </details>
    </section>
  );
}

function Steps({ job }: { job: Job }) {
  const { say, name } = useLanguage();
  const steps: Step[] = [
    ...(job.kind.startsWith("train") ? (["train"] as const) : []),
    "judge",
    ...(job.promote ? (["promote"] as const) : []),
  ];
  const at = job.step === null ? -1 : steps.indexOf(job.step);
  return (
    <ol className="steps" aria-label={say("job.steps")}>
      {steps.map((step, index) => (
        <li
          key={step}
          className="step"
          data-state={index < at ? "done" : index === at ? "now" : "ahead"}
          aria-current={index === at ? "step" : undefined}
        >
          <span className="step-mark tabular">
            {index < at ? <Check size={12} strokeWidth={3} aria-hidden="true" /> : index + 1}
          </span>
          {name("job.step", step)}
        </li>
      ))}
    </ol>
  );
}

/** How far the step is; moving to and fro where nobody knows. */
function Bar({ job }: { job: Job }) {
  const { say, name, locale } = useLanguage();
  const { done, total, part } = job;
  const share = done !== null && total !== null && total > 0 ? Math.min(1, done / total) : null;
  const percent = new Intl.NumberFormat(locale, { style: "percent" });
  return (
    <div className="progress-line">
      <div
        className="progress"
        role="progressbar"
        aria-label={say("job.progress")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === null ? undefined : Math.round(share * 100)}
        data-unknown={share === null || undefined}
      >
        <span
          className="progress-fill"
          style={share === null ? undefined : { width: `${share * 100}%` }}
        />
      </div>
      <span className="progress-words tabular">
        {share === null ? (part === null ? "" : name("job.part", part)) : percent.format(share)}
      </span>
    </div>
  );
}
