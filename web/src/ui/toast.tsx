/**
 * What has happened, for a few seconds: `toast({ title: t.closed, undo: () => reopen() })`. Errors stay until they are
 * dismissed: `toastError(error)`.
 */

import { CircleCheck, CircleX, X } from "lucide-react";
import { useEffect, useSyncExternalStore } from "react";
import { words } from "@/api/problems";
import { Button } from "./button";
import { IconButton } from "./icon-button";
import { useUiText } from "./text";

export interface ToastContent {
  title: string;
  detail?: string;
  tone?: "success" | "danger";
  /** Takes back what was done. */
  undo?: () => void;
  action?: { label: string; run: () => void };
}

interface Shown extends ToastContent {
  id: number;
}

const SECONDS = 6;
const MOST = 4;
let shown: Shown[] = [];
let next = 1;
const listeners = new Set<() => void>();

export function toast(content: ToastContent): void {
  change([...shown, { ...content, id: next++ }].slice(-MOST));
}

export function toastError(error: unknown, title?: string): void {
  const said = words(error);
  toast({ title: title ?? said.title, detail: title ? `${said.title}. ${said.detail}` : said.detail, tone: "danger" });
}

function change(toasts: Shown[]): void {
  shown = toasts;
  for (const listener of listeners) listener();
}

function dismiss(id: number): void {
  change(shown.filter((one) => one.id !== id));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where toasts appear; once in the page. */
export function ToastHost() {
  const t = useUiText();
  const toasts = useSyncExternalStore(subscribe, () => shown);
  return (
    <section
      aria-label={t.notifications}
      aria-live="polite"
      data-part="toasts"
      // Beside the rail; on a telephone below the heading. Where dialogs and drawers have their buttons, nothing covers them.
      className="pointer-events-none fixed z-60 flex flex-col items-center gap-2 max-md:inset-x-4 max-md:top-14 md:bottom-4 md:left-16 md:w-88"
    >
      {toasts.map((content) => (
        <Toast key={content.id} {...content} />
      ))}
    </section>
  );
}

function Toast({ id, title, detail, tone = "success", undo, action }: Shown) {
  const t = useUiText();
  useEffect(() => {
    if (tone === "danger") return;
    const timer = setTimeout(() => dismiss(id), SECONDS * 1000);
    return () => clearTimeout(timer);
  }, [id, tone]);
  const offered = undo ? { label: t.undo, run: undo } : action;
  const Icon = tone === "danger" ? CircleX : CircleCheck;
  return (
    <div
      role={tone === "danger" ? "alert" : "status"}
      className="pointer-events-auto flex w-full max-w-sm items-start gap-2 rounded-md border border-line bg-raised p-3 text-sm shadow-lift"
    >
      <Icon aria-hidden className={tone === "danger" ? "mt-0.5 size-4 text-danger" : "mt-0.5 size-4 text-success"} />
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{title}</p>
        {detail && <p className="break-words text-muted">{detail}</p>}
      </div>
      {offered && (
        <Button
          size="sm"
          onClick={() => {
            dismiss(id);
            offered.run();
          }}
        >
          {offered.label}
        </Button>
      )}
      <IconButton label={t.dismiss} icon={<X />} size="sm" onClick={() => dismiss(id)} />
    </div>
  );
}
