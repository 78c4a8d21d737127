/** Saving that notices when somebody else has saved meanwhile, and then lets a person choose. */

import { useState } from "react";
import { isProblem, ProblemError } from "@/api";
import type { JsonObject, Save } from "@/settings-form";
import { fieldErrors } from "./changes";
import type { Tagged } from "./queries";

interface Saving<T> {
  /** What the form was filled from. It does not change while somebody types, whatever others do. */
  shown: Tagged<T>;
  latest: () => Promise<Tagged<T>>;
  /** Sends a change for a state that was read. */
  send: (change: JsonObject, over: Tagged<T>) => Promise<unknown>;
  /** Where the settings stand in the body that is sent. */
  prefix: string;
  saved: () => Promise<void>;
}

export interface ConflictState {
  takeTheirs: () => Promise<void>;
  saveMine: () => Promise<void>;
  error: unknown;
}

export function useGuardedSave<T>({ shown, latest, send, prefix, saved }: Saving<T>) {
  const [mine, setMine] = useState<JsonObject>();
  const [error, setError] = useState<unknown>();
  const save: Save = async (change) => {
    setMine(undefined);
    try {
      await send(change, shown);
    } catch (failure) {
      if (failure instanceof ProblemError && isProblem(failure, "precondition_failed")) {
        setMine(change);
        return "kept";
      }
      return fieldErrors(failure, prefix);
    }
    await saved();
    return [];
  };
  const saveMine = async () => {
    if (!mine) return;
    setError(undefined);
    try {
      await send(mine, await latest());
      await saved();
    } catch (failure) {
      setError(failure);
    }
  };
  const conflict: ConflictState | undefined = mine && { takeTheirs: saved, saveMine, error };
  return { save, conflict };
}
