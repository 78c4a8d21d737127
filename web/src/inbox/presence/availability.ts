/**
 * How the person wants to be seen, and what they say about it. It is theirs and not the browser's: the server keeps what
 * was said last, and every browser of theirs follows it and goes on saying it. The device remembers it for a reload.
 */

import { useSyncExternalStore } from "react";
import type { PresenceState } from "@/ui";

/** `automatic`: online while somebody looks, away while nobody does. */
export const AVAILABILITIES = ["automatic", "away", "busy", "offline"] as const;
export type Availability = (typeof AVAILABILITIES)[number];

export interface Said {
  availability: Availability;
  /** Empty: nothing. */
  text: string;
}

/** What the server has of the person. */
export interface Told {
  status: PresenceState;
  text: string;
}

/** What was told of the time before a choice may still be on its way so long after it. */
const SETTLES_MS = 5_000;
let key: string | undefined;
let said: Said = { availability: "automatic", text: "" };
let chosenAt = 0;
const listeners = new Set<() => void>();

/** Whose it is from now on. */
export function belong(userId: string): void {
  key = `signalbox.availability.${userId}`;
  change(kept(key));
}

export function availability(): Said {
  return said;
}

export function choose(wanted: Partial<Said>): void {
  chosenAt = Date.now();
  change({ ...said, ...wanted });
}

/** Follows what the person has said in another browser. `holds`: what this one said last has not lapsed. */
export function hear(told: Told, holds: boolean): void {
  if (Date.now() - chosenAt < SETTLES_MS) return;
  const next = followed(said, told, holds);
  if (next.availability !== said.availability || next.text !== said.text) change(next);
}

/** What holds after `told` was heard. */
export function followed(own: Said, { status, text }: Told, holds: boolean): Said {
  return { availability: choiceBehind(own, { status, text }, holds), text };
}

function choiceBehind(own: Said, { status, text }: Told, holds: boolean): Availability {
  switch (status) {
    case "online":
      return "automatic";
    case "busy":
      return "busy";
    case "away":
      // Another browser of theirs that nobody looks at says so as well, without a word about it.
      return own.availability === "automatic" && text === own.text ? "automatic" : "away";
    case "offline":
      // Whoever was last heard of a while ago is offline, too.
      return holds ? "offline" : own.availability;
  }
}

export function onAvailability(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useAvailability(): Said {
  return useSyncExternalStore(onAvailability, availability);
}

function change(next: Said): void {
  said = next;
  if (key) localStorage.setItem(key, JSON.stringify(next));
  for (const listener of listeners) listener();
}

function kept(key: string): Said {
  try {
    const { availability, text } = JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Said>;
    return { availability: AVAILABILITIES.find((one) => one === availability) ?? "automatic", text: text ?? "" };
  } catch {
    return { availability: "automatic", text: "" };
  }
}
