import { useQuery } from "@tanstack/react-query";
import { Ban, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { isProblem } from "@/api";
import { useFormat } from "@/i18n";
import { Button, Drawer, EmptyState, ErrorState, SkeletonRows } from "@/ui";
import { ConnectionLink } from "./connection-link";
import { Arguments, Attempts, Code, Facts } from "./job-facts";
import { JobState } from "./jobs-table";
import { type JobDetails, jobQuery } from "./queries";
import { useText } from "./text";
import { useJobChanges } from "./use-job-changes";

/** One job, live, until it ends. */
export function JobDrawer({ id, onClose }: { id: number; onClose: () => void }) {
  const t = useText();
  const { data: job, error, isPending, refetch } = useQuery(jobQuery(id));
  const { cancel, retry } = useJobChanges();
  const gone = isProblem(error, "not_found");
  const footer = job && !gone && (
    <>
      <Button icon={<Ban />} onClick={() => void cancel([id])}>
        {t.jobs.cancel}
      </Button>
      <Button
        icon={<RotateCw />}
        disabled={job.state !== "delayed"}
        title={t.jobs.retryHint}
        onClick={() => void retry([id])}
      >
        {t.jobs.retry}
      </Button>
    </>
  );
  return (
    <Drawer open onOpenChange={onClose} title={t.jobs.title(id)} description={job?.kind} size="lg" footer={footer}>
      {gone ? (
        <EmptyState title={t.jobs.gone}>{t.jobs.goneHint}</EmptyState>
      ) : isPending ? (
        <SkeletonRows />
      ) : job ? (
        <JobView job={job} />
      ) : (
        <ErrorState error={error} retry={refetch} />
      )}
    </Drawer>
  );
}

function JobView({ job }: { job: JobDetails }) {
  const t = useText();
  const { dateTime } = useFormat();
  const time = (at: string | null | undefined) => at && dateTime(at);
  return (
    <div className="flex flex-col gap-6">
      <Facts
        facts={[
          [t.state, <JobState key="state" job={job} />],
          [t.lane, job.lane],
          [t.kind, t.kindMeaning[job.kind]],
          [t.jobs.connection, job.connection_id && <ConnectionLink key="connection" id={job.connection_id} />],
          [t.jobs.attempts, String(job.attempts)],
          [t.jobs.enqueuedAt, time(job.enqueued_at)],
          [t.jobs.runAt, time(job.run_at)],
          [t.jobs.startedAt, time(job.started_at)],
          [t.jobs.priority, String(job.priority)],
          [t.jobs.key, job.key && <Code key="key" text={job.key} />],
          [t.jobs.trace, job.trace_id && <Code key="trace" text={job.trace_id} />],
        ]}
      />
      <Part title={t.jobs.history}>
        <Attempts attempts={job.failed_attempts} />
      </Part>
      <Part title={t.jobs.args}>
        <Arguments args={job.args} />
      </Part>
    </div>
  );
}

/** A heading with what is below it. */
export function Part({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2">
      <header className="flex items-center justify-between gap-2">
        <h3 className="text-sm font-semibold">{title}</h3>
        {actions}
      </header>
      {children}
    </section>
  );
}
