/** What can be done with jobs that have not ended. Each says whether it was done. */

import type { components } from "@/api";
import { confirm, toast, toastError } from "@/ui";
import { cancelJobs, retryJobs } from "./changes";
import { refreshQueue } from "./queries";
import { useText } from "./text";

/** What is said of a job that there is no more, or that does not wait for a time. */
const UNDONE = new Set(["not_found", "not_delayed"]);

export function useJobChanges() {
  const t = useText();

  const finish = async (answer: Promise<components["schemas"]["ManyJobs"]>, said: (n: number) => string) => {
    try {
      const { items } = await answer;
      const undone = items.filter(({ result }) => UNDONE.has(result)).length;
      const done = items.length - undone;
      const detail = undone > 0 ? t.jobs.partly(undone) : undefined;
      toast(done > 0 ? { title: said(done), detail } : { title: t.jobs.partly(undone), tone: "danger" });
      return true;
    } catch (error) {
      toastError(error);
      return false;
    } finally {
      await refreshQueue();
    }
  };

  const cancel = async (ids: number[]) => {
    const title = t.jobs.cancelQuestion(ids.length);
    const sure = await confirm({ title, detail: t.jobs.cancelConsequence, action: t.jobs.cancel, danger: true });
    return sure && finish(cancelJobs(ids), t.jobs.cancelled);
  };

  return { cancel, retry: (ids: number[]) => finish(retryJobs(ids), t.jobs.retried) };
}
