/** What is being written in each conversation. Kept while one looks elsewhere, and on the device. */

import { useSyncExternalStore } from "react";
import { device } from "@/offline/device";

export interface Draft {
  text: string;
  /** For colleagues only. */
  note: boolean;
  /** The message that is answered. */
  replyTo?: string;
  /** Grows whenever somebody else than the person has written into it, so that the field takes it over and the focus. */
  handed: number;
}

const EMPTY: Draft = { text: "", note: false, handed: 0 };
const SAVE_AFTER_MS = 500;
const drafts = new Map<string, Draft>();
const listeners = new Set<() => void>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();

export interface DraftActions {
  set: (change: Partial<Draft>) => void;
  /** Puts words into the field, for the person to go on with. */
  write: (text: string, note?: boolean) => void;
  replyTo: (messageId: string) => void;
  clear: () => void;
}

export function useDraft(id: string): Draft {
  return useSyncExternalStore(subscribe, () => drafts.get(id) ?? EMPTY);
}

export function useComposer(id: string): DraftActions {
  return {
    set: (change) => update(id, change),
    write: (text, note = false) => update(id, { text, note, handed: draft(id).handed + 1 }),
    replyTo: (replyTo) => update(id, { replyTo, note: false, handed: draft(id).handed + 1 }),
    clear: () => update(id, { text: "", replyTo: undefined }),
  };
}

/** Brings back what was being written before the page was closed. */
export async function restoreDraft(id: string): Promise<void> {
  if (drafts.has(id)) return;
  const kept = await (await device())?.get("drafts", id);
  if (kept && !drafts.has(id)) update(id, kept);
}

function draft(id: string): Draft {
  return drafts.get(id) ?? EMPTY;
}

function update(id: string, change: Partial<Draft>): void {
  drafts.set(id, { ...draft(id), ...change });
  for (const listener of listeners) listener();
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => void save(id), SAVE_AFTER_MS),
  );
}

async function save(id: string): Promise<void> {
  const { text, note } = draft(id);
  const database = await device();
  await (text ? database?.put("drafts", { text, note }, id) : database?.delete("drafts", id));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
