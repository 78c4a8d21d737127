/** Light or dark: as the system says, unless the person has chosen. */

import { useSyncExternalStore } from "react";

export type ThemeChoice = "system" | "light" | "dark";

const KEY = "signalbox.theme";
const listeners = new Set<() => void>();
const system = () => window.matchMedia("(prefers-color-scheme: dark)");

/** What the person has chosen on this device. */
export function themeChoice(): ThemeChoice {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function chooseTheme(choice: ThemeChoice): void {
  if (choice === "system") {
    localStorage.removeItem(KEY);
  } else {
    localStorage.setItem(KEY, choice);
  }
  show();
  for (const listener of listeners) listener();
}

/** Begins to follow the choice and the system. */
export function startTheme(): void {
  show();
  system().addEventListener("change", show);
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) {
      show();
      for (const listener of listeners) listener();
    }
  });
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, themeChoice);
}

function show(): void {
  const choice = themeChoice();
  const dark = choice === "dark" || (choice === "system" && system().matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}
