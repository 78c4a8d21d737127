import { useBlocker } from "@tanstack/react-router";
import { useState } from "react";
import { useFormText } from "@/settings-form/text";
import { confirm } from "@/ui";

/** Asks before a form with unsaved changes is left; gives what the form is to report to. */
export function useUnsavedGuard(): (isDirty: boolean) => void {
  const t = useFormText();
  const [isDirty, setIsDirty] = useState(false);
  useBlocker({
    shouldBlockFn: async ({ current, next }) => {
      if (!isDirty || current.pathname === next.pathname) return false;
      return !(await confirm({ title: t.leaveTitle, detail: t.leaveDetail, action: t.leave, danger: true }));
    },
    enableBeforeUnload: isDirty,
  });
  return setIsDirty;
}
