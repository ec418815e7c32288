import { CalendarClock, ListChecks, TriangleAlert } from "lucide-react";
import { Link } from "wouter";
import { useLanguage } from "../../words";
import { Bones, Trouble } from "../parts/states";
import { JobNow } from "./job-now";
import { JobsPanel } from "./jobs-panel";
import { scheduleIn } from "./phrases";
import { useDeeds, useJobs, useLearning, useShelves } from "./queries";
import { ShelfPanel } from "./shelf-panel";
import { TrainingCard } from "./training-card";
import { isOpen } from "./wire";

/** What the shop's models learn, and which of them serve. */
export default function LearningPage() {
  const language = useLanguage();
  const { say } = language;
  const learning = useLearning();
  const jobs = useJobs();
  const shelves = useShelves();
  const deeds = useDeeds();
  // What runs comes before what waits.
  const underWay = jobs.all.filter(isOpen).reverse();
  const again = () => {
    void learning.refetch();
    void jobs.refetch();
    void shelves.refetch();
  };
  const trouble = learning.error ?? jobs.error ?? shelves.error;
  return (
    <div className="page">
      <div className="page-inner">
        <header className="page-head">
          <div className="learning-head">
            <h1 className="page-title">{say("learning")}</h1>
            <p className="soft">{say("learning.lead")}</p>
          </div>
          <Link href="/corrections" className="button">
            <ListChecks size={15} aria-hidden="true" />
            {say("learning.correct")}
          </Link>
        </header>
        {learning.data && jobs.data && shelves.data ? (
          <>
            {!learning.data.learner_runs && (
              <p className="alarm" role="status">
                <TriangleAlert size={16} aria-hidden="true" />
                {say("learning.no_learner")}
              </p>
            )}
            <div className="trainings">
              {learning.data.trainings.map((training) => (
                <TrainingCard
                  key={training.kind}
                  training={training}
                  busy={underWay.some(({ kind }) => kind === training.kind)}
                  deeds={deeds}
                />
              ))}
            </div>
            <p className="learning-schedule">
              <CalendarClock size={15} aria-hidden="true" />
              {scheduleIn(learning.data.schedule, language)}
            </p>
            {underWay.map((job) => (
              <JobNow
                key={job.id}
                job={job}
                usual={
                  learning.data.trainings.find(({ kind }) => kind === job.kind)?.usual_seconds ??
                  null
                }
                deeds={deeds}
              />
            ))}
            {shelves.data.map((shelf) => (
              <ShelfPanel key={shelf.kind} shelf={shelf} jobs={underWay} deeds={deeds} />
            ))}
            <JobsPanel jobs={jobs} />
          </>
        ) : trouble ? (
          <Trouble error={trouble} onRetry={again} />
        ) : (
          <Bones count={4} height={120} />
        )}
      </div>
    </div>
  );
}
