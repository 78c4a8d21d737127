/** The language of the console: chosen by the person, or else the browser's. */

import { startTransition, useSyncExternalStore } from "react";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = "signalbox.language";
const listeners = new Set<() => void>();
let current: Language | undefined;

export function language(): Language {
  current ??= kept() ?? preferred();
  return current;
}

export function chooseLanguage(next: Language): void {
  localStorage.setItem(KEY, next);
  current = next;
  document.documentElement.lang = next;
  // What is on the screen stays until the other catalogue is there.
  startTransition(() => {
    for (const listener of listeners) listener();
  });
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, language);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function kept(): Language | undefined {
  return LANGUAGES.find((language) => language === localStorage.getItem(KEY));
}

function preferred(): Language {
  for (const tag of navigator.languages) {
    const known = LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language);
    if (known) return known;
  }
  return "en";
}
