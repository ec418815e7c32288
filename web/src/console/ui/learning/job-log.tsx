import { useEffect, useRef } from "react";
import { useLanguage } from "../../words";
import { Bones, Trouble } from "../parts/states";
import { useJobLog } from "./queries";
import type { Job } from "./wire";

/** The end of what a job said, with its latest line in sight. */
export function JobLog({ job, lines }: { job: Job; lines: number }) {
  const { say } = useLanguage();
  const log = useJobLog(job, lines);
  const frame = useRef<HTMLPreElement>(null);
  const told = log.data?.join("\n");
  useEffect(() => {
    if (frame.current) frame.current.scrollTop = frame.current.scrollHeight;
  }, [told]);
  if (log.isPending) return <Bones count={1} height={120} />;
  if (log.isError && told === undefined) {
    return <Trouble error={log.error} onRetry={() => void log.refetch()} />;
  }
  return (
    <pre ref={frame} className="job-log" tabIndex={0} role="log" aria-label={say("job.log")}>
      {told === "" ? say("job.log_empty") : told}
    </pre>
  );
}
