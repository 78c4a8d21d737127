/** Jobs that have not ended: found, looked into, tried at once or cancelled, one or many. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { Ban, ListChecks, RotateCw } from "lucide-react";
import { useState } from "react";
import { useSearchState } from "@/search-state";
import { Button, Card, EmptyState, ErrorState, LoadMore, SkeletonRows } from "@/ui";
import { JobDrawer } from "./job-drawer";
import { JobFilters } from "./job-filters";
import { JobsTable } from "./jobs-table";
import { type JobFilter, jobsQuery } from "./queries";
import { SelectionBar } from "./selection-bar";
import { useText } from "./text";
import { useJobChanges } from "./use-job-changes";
import { useSelection } from "./use-selection";

export function Jobs() {
  const t = useText();
  const [{ job, ...filter }, change] = useSearchState<JobFilter & { job?: string }>();
  const jobs = useInfiniteQuery(jobsQuery(filter));
  const rows = jobs.data?.pages.flatMap((page) => page.items) ?? [];
  const selection = useSelection(rows.map(({ id }) => id));
  const { cancel, retry } = useJobChanges();
  const [busy, setBusy] = useState(false);
  const act = async (what: (ids: number[]) => Promise<boolean>) => {
    setBusy(true);
    if (await what(selection.selected)) selection.clear();
    setBusy(false);
  };
  return (
    <>
      <Card>
        <JobFilters withState filter={filter} onFilter={change} onOpen={(id) => change({ job: String(id) })} />
        <SelectionBar selection={selection}>
          <Button size="sm" icon={<RotateCw />} busy={busy} title={t.jobs.retryHint} onClick={() => void act(retry)}>
            {t.jobs.retry}
          </Button>
          <Button size="sm" icon={<Ban />} busy={busy} onClick={() => void act(cancel)}>
            {t.jobs.cancel}
          </Button>
        </SelectionBar>
        {jobs.isPending ? (
          <SkeletonRows />
        ) : !jobs.data ? (
          <ErrorState error={jobs.error} retry={jobs.refetch} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<ListChecks />} title={Object.keys(filter).length > 0 ? t.jobs.none : t.noJobs}>
            {t.jobs.noneHint}
          </EmptyState>
        ) : (
          <JobsTable jobs={rows} selection={selection} onOpen={(id) => change({ job: String(id) })} />
        )}
        <LoadMore {...jobs} />
      </Card>
      {job && /^\d+$/.test(job) && <JobDrawer key={job} id={Number(job)} onClose={() => change({ job: undefined })} />}
    </>
  );
}
