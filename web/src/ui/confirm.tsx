/**
 * Asks before something that cannot be undone: `if (await confirm({ title, detail, action: "Delete" })) …`. What can be
 * undone is done at once, with a toast that offers it.
 */

import { lazy, type ReactNode, Suspense, useSyncExternalStore } from "react";

const ConfirmDialog = lazy(() => import("./confirm-dialog").then((module) => ({ default: module.ConfirmDialog })));

export interface Question {
  title: string;
  detail?: ReactNode;
  /** What the button says: the verb, not "OK". */
  action: string;
  /** Something is lost. */
  danger?: boolean;
}

interface Asked extends Question {
  answer: (confirmed: boolean) => void;
}

let asked: Asked | undefined;
const listeners = new Set<() => void>();

export function confirm(question: Question): Promise<boolean> {
  asked?.answer(false);
  return new Promise((resolve) => {
    ask({ ...question, answer: resolve });
  });
}

function ask(next: Asked | undefined): void {
  asked = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where questions appear; once in the page. */
export function ConfirmHost() {
  const question = useSyncExternalStore(subscribe, () => asked);
  if (!question) return null;
  const answer = (confirmed: boolean) => {
    ask(undefined);
    question.answer(confirmed);
  };
  return (
    <Suspense>
      <ConfirmDialog {...question} onAnswer={answer} />
    </Suspense>
  );
}
