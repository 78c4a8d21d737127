/** What is being written in each conversation. Kept while one looks elsewhere, and on the device. */

import { useSyncExternalStore } from "react";
import { session } from "@/api";
import { device } from "@/offline/device";

export interface Mention {
  id: string;
  name: string;
}

export interface Draft {
  text: string;
  /** For colleagues only. */
  note: boolean;
  /** The message that is answered. */
  replyTo?: string;
  /** The colleagues who were chosen from the list, as their names alone do not say which of two is meant. */
  mentions?: Mention[];
  /** Something was written into it for the person to go on with: the field takes the focus, once. */
  handed: boolean;
  /** Where they go on; without it, at the end. */
  cursor?: number;
}

const EMPTY: Draft = { text: "", note: false, handed: false };
const SAVE_AFTER_MS = 500;
const drafts = new Map<string, Draft>();
const listeners = new Set<() => void>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();

// The next person begins with empty fields. On the device, drafts wait for whoever has written them.
session.whenSignedOut(() => {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  drafts.clear();
});

export interface DraftActions {
  set: (change: Partial<Draft>) => void;
  /** Puts words into the field, for the person to go on with. */
  write: (text: string, note?: boolean, cursor?: number) => void;
  replyTo: (messageId: string) => void;
  clear: () => void;
}

export function useDraft(id: string): Draft {
  return useSyncExternalStore(subscribe, () => drafts.get(id) ?? EMPTY);
}

export function useComposer(id: string): DraftActions {
  return {
    set: (change) => update(id, change),
    write: (text, note = false, cursor) => update(id, { text, note, cursor, handed: true }),
    replyTo: (replyTo) => update(id, { replyTo, note: false, cursor: undefined, handed: true }),
    clear: () => update(id, { text: "", replyTo: undefined, mentions: undefined }),
  };
}

/** Brings back what was being written before the page was closed. */
export async function restoreDraft(id: string): Promise<void> {
  if (drafts.has(id)) return;
  const kept = await (await device())?.get("drafts", id);
  if (kept && !drafts.has(id)) update(id, kept);
}

/** What stands there now, for whoever has waited for something. */
export function textOf(id: string): string {
  return draft(id).text;
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
  const { text, note, mentions } = draft(id);
  const database = await device();
  await (text ? database?.put("drafts", { text, note, mentions }, id) : database?.delete("drafts", id));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
