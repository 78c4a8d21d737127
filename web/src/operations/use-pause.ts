/** Pausing asks first, since much stands still then; resuming is done at once. */

import { confirm, toast, toastError } from "@/ui";
import { pause, resume, type Scope } from "./changes";
import { useConnections } from "./connections";
import { refreshQueue } from "./queries";
import { type Text, useText } from "./text";

export function usePause() {
  const t = useText();
  const connections = useConnections();
  const name = (scope: Scope) => {
    if ("lane" in scope) return t.holds.laneIs(scope.lane);
    if ("kind" in scope) return scope.kind;
    if ("connection" in scope) return connections.get(scope.connection)?.name ?? scope.connection;
    return t.pause.everything;
  };

  const start = async (scope: Scope) => {
    const question = { ...asking(t, scope, name(scope)), action: t.pause.pause, danger: true };
    if (!(await confirm(question))) {
      return;
    }
    try {
      await pause(scope);
      toast({ title: t.pause.done(name(scope)), undo: () => void end(scope) });
    } catch (error) {
      toastError(error);
    }
    await refreshQueue();
  };

  const end = async (scope: Scope) => {
    try {
      await resume(scope);
      toast({ title: t.pause.resumed(name(scope)) });
    } catch (error) {
      toastError(error);
    }
    await refreshQueue();
  };

  return { pause: start, resume: end, name };
}

function asking(t: Text, scope: Scope, name: string) {
  if ("lane" in scope) return { title: t.pause.confirmLane(scope.lane), detail: t.pause.consequence };
  if ("kind" in scope) return { title: t.pause.confirmKind(name), detail: t.pause.consequence };
  if ("connection" in scope) return { title: t.pause.confirmConnection(name), detail: t.pause.consequenceConnection };
  return { title: t.pause.confirmAll, detail: t.pause.consequenceAll };
}
