/** How the person wants to be seen: as they are, or away although they are there. Kept on the device. */

import { useSyncExternalStore } from "react";

export const AVAILABILITIES = ["automatic", "away"] as const;
export type Availability = (typeof AVAILABILITIES)[number];

const KEY = "signalbox.availability";
const listeners = new Set<() => void>();

export function availability(): Availability {
  return AVAILABILITIES.find((one) => one === localStorage.getItem(KEY)) ?? "automatic";
}

export function chooseAvailability(choice: Availability): void {
  if (choice === "automatic") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, choice);
  for (const listener of listeners) listener();
}

export function onAvailability(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useAvailability(): Availability {
  return useSyncExternalStore(onAvailability, availability);
}
