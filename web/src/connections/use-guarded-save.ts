/** Saving that notices when somebody else has saved meanwhile, and then lets a person choose. */

import { useState } from "react";
import { isProblem, type Tagged } from "@/api";
import type { FieldError, JsonObject, Save } from "@/settings-form";
import { equal } from "@/settings-form/model/json";
import { fieldErrors } from "./changes";

interface Saving<T> {
  /** What the form was filled from. It does not change while somebody types, whatever others do. */
  shown: Tagged<T>;
  latest: () => Promise<Tagged<T>>;
  /** The part of a state that a person decides by: while it is the same, another tag is nobody's change of it. */
  content: (value: T) => unknown;
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

export function useGuardedSave<T>({ shown, latest, content, send, prefix, saved }: Saving<T>) {
  const [mine, setMine] = useState<JsonObject>();
  const [error, setError] = useState<unknown>();
  const sent = async (change: JsonObject, over: Tagged<T>): Promise<FieldError[] | "conflict"> => {
    try {
      await send(change, over);
      return [];
    } catch (failure) {
      if (!isProblem(failure, "precondition_failed")) return fieldErrors(failure, prefix);
    }
    const now = await latest();
    const isOtherTag = now.tag !== over.tag && equal(content(now.value), content(shown.value));
    return isOtherTag ? sent(change, now) : "conflict";
  };
  const save: Save = async (change) => {
    setMine(undefined);
    const errors = await sent(change, shown);
    if (errors === "conflict") {
      setMine(change);
      return "kept";
    }
    if (errors.length > 0) return errors;
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
