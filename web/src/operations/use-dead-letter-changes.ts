/** What can become of dead letters. Each says whether it was done. */

import { confirm, toast, toastError } from "@/ui";
import { discardLetters, replayLetters, type Which } from "./changes";
import { refreshQueue } from "./queries";
import { useText } from "./text";

export function useDeadLetterChanges() {
  const t = useText();

  const finish = async (
    which: Which,
    change: (which: Which) => Promise<{ count: number; more: boolean }>,
    said: (n: number) => string,
  ) => {
    try {
      const { count, more } = await change(which);
      toast({ title: said(count), detail: more ? t.dead.more : undefined });
      return true;
    } catch (error) {
      toastError(error);
      return false;
    } finally {
      await refreshQueue();
    }
  };

  /** A few that were chosen one by one: nothing is lost by it, so nobody is asked. */
  const replay = (ids: number[]) => finish({ ids }, replayLetters, t.dead.replayed);

  const replayAll = async (kind: string | undefined) => {
    const title = kind ? t.dead.replayAllOfQuestion(kind) : t.dead.replayAllQuestion;
    const sure = await confirm({ title, detail: t.dead.replayConsequence, action: t.dead.replay });
    return sure && finish(kind ? { kind } : { all: true }, replayLetters, t.dead.replayed);
  };

  const discard = async (ids: number[]) => {
    const title = t.dead.discardQuestion(ids.length);
    const sure = await confirm({ title, detail: t.dead.discardConsequence, action: t.dead.discard, danger: true });
    return sure && finish({ ids }, discardLetters, t.dead.discarded);
  };

  return { replay, replayAll, discard };
}
