/**
 * Work that is asked for often and done seldom: soon after it was asked for, and after that not before `gapMs` are over. What
 * was asked for meanwhile is done in one. Whoever asks may have it sooner, but not within the gap.
 */
export function spaced(work: () => void, soonMs: number, gapMs: number): (withinMs?: number) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = Number.POSITIVE_INFINITY;
  let earliest = 0;
  return (withinMs = soonMs) => {
    const now = Date.now();
    const at = Math.max(now + withinMs, earliest);
    if (at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => {
      due = Number.POSITIVE_INFINITY;
      earliest = Date.now() + gapMs;
      work();
    }, at - now);
  };
}
