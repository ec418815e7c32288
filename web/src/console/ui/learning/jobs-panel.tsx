import { History } from "lucide-react";
import { useState } from "react";
import { useLanguage } from "../../words";
import { Modal } from "../parts/dialog";
import { Empty } from "../parts/states";
import { duration, exactly } from "../parts/time";
import { JobLog } from "./job-log";
import { outcomeOf } from "./phrases";
import type { useJobs } from "./queries";
import { isOpen, type Job } from "./wire";

/** Trainings that are over, the latest first. */
export function JobsPanel({ jobs }: { jobs: ReturnType<typeof useJobs> }) {
  const { say, name } = useLanguage();
  const [shown, setShown] = useState<Job | null>(null);
  const over = jobs.all.filter((job) => !isOpen(job));
  return (
    <section className="panel" aria-label={say("jobs")}>
      <h2 className="panel-title">{say("jobs")}</h2>
      {over.length === 0 ? (
        <Empty icon={History} title={say("jobs.none")} hint={say("jobs.none_hint")} />
      ) : (
        <div className="table-frame" tabIndex={0} role="group" aria-label={say("jobs")}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{say("jobs.when")}</th>
                <th scope="col">{say("jobs.what")}</th>
                <th scope="col">{say("jobs.outcome")}</th>
                <th scope="col">{say("jobs.by")}</th>
                <th scope="col">
                  <span className="visually-hidden">{say("job.log")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {over.map((job) => (
                <Line key={job.id} job={job} onShow={setShown} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {jobs.hasNextPage && (
        <button
          type="button"
          className="button"
          disabled={jobs.isFetchingNextPage}
          onClick={() => void jobs.fetchNextPage()}
        >
          {say("more_entries")}
        </button>
      )}
      {shown && (
        <Modal
          open
          wide
          title={`${name("job", shown.kind)} ${shown.id}`}
          onClose={() => {
            setShown(null);
          }}
        >
          <JobLog job={shown} lines={500} />
        </Modal>
      )}
    </section>
  );
}

function Line({ job, onShow }: { job: Job; onShow: (job: Job) => void }) {
  const language = useLanguage();
  const { say, name, locale } = language;
  const { words, tone } = outcomeOf(job, language);
  const took =
    job.started_at !== null && job.finished_at !== null
      ? (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000
      : null;
  return (
    <tr>
      <td className="nowrap">
        {exactly(job.created_at, locale)}
        {took !== null && (
          <span className="job-took">{say("jobs.took", { time: duration(took, language) })}</span>
        )}
      </td>
      <td className="nowrap">{name("job", job.kind)}</td>
      <td>
        <span className={`chip ${tone}`}>{words}</span>
      </td>
      <td className="nowrap">{job.by?.name ?? name("job.origin", job.origin)}</td>
      <td className="job-acts">
        <button
          type="button"
          className="button button-plain button-small"
          aria-label={`${say("job.log")} ${job.id}`}
          onClick={() => {
            onShow(job);
          }}
        >
          {say("job.log")}
        </button>
      </td>
    </tr>
  );
}
