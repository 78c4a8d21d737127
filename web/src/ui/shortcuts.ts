/**
 * Keys that do something, known in one place so that the `?` overlay can list them.
 *
 * `useShortcut("g i", t.goInbox, run)`: keys after one another; `mod+k`: together. Nothing happens while somebody types,
 * unless the shortcut has a modifier; nothing while a dialog or a menu is open, where letters find what begins with them.
 */

import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Shortcut {
  keys: string;
  label: string;
  group: string;
  run: (event: KeyboardEvent) => void;
}

interface Options {
  /** The heading in the overlay. */
  group: string;
  /** Not now. */
  disabled?: boolean;
}

const SEQUENCE_MS = 1000;
/** What has the keys to itself. */
const OPEN = ':is([role="dialog"], [role="menu"], [role="listbox"])[data-state="open"]';
let registered: Shortcut[] = [];
const listeners = new Set<() => void>();
let typed: { key: string; at: number } | undefined;

export function useShortcut(
  keys: string,
  label: string,
  run: (event: KeyboardEvent) => void,
  { group, disabled }: Options,
): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    if (disabled) return;
    const shortcut: Shortcut = { keys, label, group, run: (event) => latest.current(event) };
    change([...registered, shortcut]);
    return () => change(registered.filter((other) => other !== shortcut));
  }, [keys, label, group, disabled]);
}

/** What there is at the moment. */
export function useShortcuts(): Shortcut[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => registered,
  );
}

/** Begins to listen; once in the page. */
export function startShortcuts(): () => void {
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}

function change(shortcuts: Shortcut[]): void {
  registered = shortcuts;
  for (const listener of listeners) listener();
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const modified = event.ctrlKey || event.metaKey;
  if (!modified && types(event.target)) return;
  if (document.querySelector(OPEN)) return;
  const key = name(event);
  const previous = typed && event.timeStamp - typed.at < SEQUENCE_MS ? `${typed.key} ` : "";
  // The one that came last is the innermost.
  const wanted = (keys: string) => registered.findLast((shortcut) => shortcut.keys === keys);
  const found = (previous && wanted(previous + key)) || wanted(key);
  typed = found || modified ? undefined : { key, at: event.timeStamp };
  if (found) {
    event.preventDefault();
    found.run(event);
  }
}

function name(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key : event.key.toLowerCase();
  return event.ctrlKey || event.metaKey ? `mod+${key.toLowerCase()}` : key;
}

function types(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
