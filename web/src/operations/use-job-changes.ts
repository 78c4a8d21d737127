/** What can be done with jobs that have not ended. Each says whether it was done. */

import { confirm, toast, toastError } from "@/ui";
import { cancelJob, each, retryJob } from "./changes";
import { refreshQueue } from "./queries";
import { useText } from "./text";

export function useJobChanges() {
  const t = useText();

  const finish = async (ids: number[], change: (id: number) => Promise<unknown>, said: (n: number) => string) => {
    const { done, failed, error } = await each(ids, change);
    if (done === 0) {
      toastError(error);
    } else {
      toast({ title: said(done), detail: failed > 0 ? t.jobs.partly(failed) : undefined });
    }
    await refreshQueue();
    return true;
  };

  const cancel = async (ids: number[]) => {
    const title = t.jobs.cancelQuestion(ids.length);
    const sure = await confirm({ title, detail: t.jobs.cancelConsequence, action: t.jobs.cancel, danger: true });
    return sure && finish(ids, cancelJob, t.jobs.cancelled);
  };

  return { cancel, retry: (ids: number[]) => finish(ids, retryJob, t.jobs.retried) };
}
