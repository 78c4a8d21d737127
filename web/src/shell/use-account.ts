/** What one can do about oneself from everywhere. */

import { session } from "@/api";
import { outbox } from "@/inbox/outbox";
import { device } from "@/offline/device";
import { confirm, toastError } from "@/ui";
import { useShellText } from "./text";

/** Signs out. Nothing of the person stays on the device, so that they are asked first if something has not been sent. */
export function useSignOut(): () => Promise<void> {
  const t = useShellText();
  return async () => {
    const waiting = await countWaiting();
    if (waiting > 0) {
      const detail = t.unsentDetail(waiting);
      if (!(await confirm({ title: t.unsentTitle, detail, action: t.signOutAnyway, danger: true }))) return;
    }
    try {
      await session.signOut();
      const { forgetDevice } = await import("@/offline/database");
      await forgetDevice();
    } catch (error) {
      toastError(error);
    }
  };
}

/** What is written and not sent, in other tabs as well. */
async function countWaiting(): Promise<number> {
  const here = outbox.all().length;
  try {
    return Math.max(here, (await (await device())?.count("outbox")) ?? 0);
  } catch {
    return here;
  }
}
