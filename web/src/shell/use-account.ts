/** What one can do about oneself from everywhere. */

import { session } from "@/api";
import { toastError } from "@/ui";

export async function signOut(): Promise<void> {
  try {
    await session.signOut();
    const { forgetDevice } = await import("@/offline/database");
    await forgetDevice();
  } catch (error) {
    toastError(error);
  }
}
