/** What can become of dead letters. Each says whether it was done. */

import { confirm, toast, toastError } from "@/ui";
import { discardLetters, lettersOf, replayLetters } from "./changes";
import { type LetterFilter, refreshQueue } from "./queries";
import { useText } from "./text";

export function useDeadLetterChanges() {
  const t = useText();

  const finish = async (
    ids: number[],
    change: (ids: number[]) => Promise<{ count: number }[]>,
    said: (n: number) => string,
  ) => {
    try {
      const done = await change(ids);
      toast({ title: said(done.reduce((sum, { count }) => sum + count, 0)) });
      return true;
    } catch (error) {
      toastError(error);
      return false;
    } finally {
      await refreshQueue();
    }
  };

  /** A few that were chosen one by one: nothing is lost by it, so nobody is asked. */
  const replay = (ids: number[]) => finish(ids, replayLetters, t.dead.replayed);

  const discard = async (ids: number[]) => {
    const title = t.dead.discardQuestion(ids.length);
    const sure = await confirm({ title, detail: t.dead.discardConsequence, action: t.dead.discard, danger: true });
    return sure && finish(ids, discardLetters, t.dead.discarded);
  };

  /** Those that a filter finds, counted before anybody is asked about them. */
  const found = async (filter: LetterFilter, what: (ids: number[]) => Promise<boolean>) => {
    try {
      return await what(await lettersOf(filter));
    } catch (error) {
      toastError(error);
      return false;
    }
  };

  const replayAll = (filter: LetterFilter) =>
    found(filter, async (ids) => {
      const title = t.dead.replayQuestion(ids.length);
      const sure = await confirm({ title, detail: t.dead.replayConsequence, action: t.dead.replay });
      return sure && finish(ids, replayLetters, t.dead.replayed);
    });

  const discardAll = (filter: LetterFilter) => found(filter, discard);

  return { replay, replayAll, discard, discardAll };
}
