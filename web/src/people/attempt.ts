import { toast, toastError } from "@/ui";
import { refreshPeople } from "./queries";

/** Changes something, says so, or says why not; and whether it was done. */
export async function attempt(change: () => Promise<unknown>, said: string, undo?: () => void): Promise<boolean> {
  try {
    await change();
    toast({ title: said, undo });
    return true;
  } catch (error) {
    toastError(error);
    return false;
  } finally {
    await refreshPeople();
  }
}
