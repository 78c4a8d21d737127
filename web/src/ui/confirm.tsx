/**
 * Asks before something that cannot be undone: `if (await confirm({ title, detail, action: "Delete" })) …`. What can be
 * undone is done at once, with a toast that offers it.
 */

import { type ReactNode, useSyncExternalStore } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { useUiText } from "./text";

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
  return <ConfirmDialog {...question} onAnswer={answer} />;
}

export interface ConfirmDialogProps extends Question {
  busy?: boolean;
  onAnswer: (confirmed: boolean) => void;
}

export function ConfirmDialog({ title, detail, action, danger, busy, onAnswer }: ConfirmDialogProps) {
  const t = useUiText();
  return (
    <Dialog
      open
      onOpenChange={() => onAnswer(false)}
      title={title}
      size="sm"
      footer={
        <>
          <Button onClick={() => onAnswer(false)}>{t.cancel}</Button>
          <Button variant={danger ? "danger" : "primary"} busy={busy} onClick={() => onAnswer(true)}>
            {action}
          </Button>
        </>
      }
    >
      {detail !== undefined ? <div className="text-sm text-muted">{detail}</div> : undefined}
    </Dialog>
  );
}
