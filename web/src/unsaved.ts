import { useBlocker } from "@tanstack/react-router";
import { useState } from "react";
import { useFormText } from "@/settings-form/text";
import { confirm } from "@/ui";

interface Place {
  pathname: string;
  search: object;
}

/** Whether a form goes with the way from one address to another: with another page, or another tab of the page. */
export function isLeft(current: Place, next: Place): boolean {
  return current.pathname !== next.pathname || partOf(current) !== partOf(next);
}

const partOf = ({ search }: Place) => (search as { part?: string }).part;

/** Asks before a form with unsaved changes is left; gives what the form is to report to. */
export function useUnsavedGuard(): (isDirty: boolean) => void {
  const ask = useLeaveQuestion();
  const [isDirty, setIsDirty] = useState(false);
  useBlocker({
    shouldBlockFn: async ({ current, next }) => isDirty && isLeft(current, next) && !(await ask()),
    enableBeforeUnload: isDirty,
  });
  return setIsDirty;
}

/** The same for a form in a dialog: Esc and a click beside it close it, too. */
export function useGuardedClose(close: () => void): { onDirtyChange: (isDirty: boolean) => void; onClose: () => void } {
  const ask = useLeaveQuestion();
  const [isDirty, setIsDirty] = useState(false);
  const onClose = () => {
    if (!isDirty) close();
    else void ask().then((sure) => sure && close());
  };
  return { onDirtyChange: setIsDirty, onClose };
}

function useLeaveQuestion(): () => Promise<boolean> {
  const t = useFormText();
  return () => confirm({ title: t.leaveTitle, detail: t.leaveDetail, action: t.leave, danger: true });
}
