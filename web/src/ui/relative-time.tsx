import { useSyncExternalStore } from "react";
import { useFormat } from "@/i18n";

const MINUTE = 60_000;
let minute = Math.floor(Date.now() / MINUTE);
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all of them: a list of a hundred has one timer. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    minute = Math.floor(Date.now() / MINUTE);
    for (const each of listeners) each();
  }, MINUTE / 2);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Renders again every minute. */
export function useMinute(): number {
  return useSyncExternalStore(subscribe, () => minute);
}

/** How long ago; exactly when, on hover. `short` for narrow lists: 5m, 2h. */
export function RelativeTime({ at, short, className }: { at: string; short?: boolean; className?: string }) {
  useMinute();
  const format = useFormat();
  return (
    <time dateTime={at} title={format.dateTime(at)} className={className}>
      {short ? format.age(at) : format.relative(at)}
    </time>
  );
}
