/** What can be done with jobs that have not ended. Each says whether it was done. */

import type { components } from "@/api";
import { confirm, toast, toastError } from "@/ui";
import { cancelJobs, retryJobs } from "./changes";
import { refreshQueue } from "./queries";
import { useText } from "./text";

export function useJobChanges() {
  const t = useText();

  const finish = async (answer: Promise<components["schemas"]["ManyJobs"][]>, said: (n: number) => string) => {
    try {
      const items = (await answer).flatMap((part) => part.items);
      const count = (wanted: string) => items.filter(({ result }) => result === wanted).length;
      const [gone, notDelayed] = [count("not_found"), count("not_delayed")];
      const done = items.length - gone - notDelayed;
      const undone = [gone > 0 && t.jobs.partly(gone), notDelayed > 0 && t.jobs.notDelayed(notDelayed)];
      const detail = undone.filter(Boolean).join(" ");
      toast(done > 0 ? { title: said(done), detail } : { title: detail, tone: "danger" });
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
