/**
 * Work that is asked for often and done seldom: soon after it was asked for, and after that not before `gapMs` are over. What
 * was asked for meanwhile is done in one.
 */
export function spaced(work: () => void, soonMs: number, gapMs: number): () => void {
  let waiting = false;
  let earliest = 0;
  return () => {
    if (waiting) return;
    waiting = true;
    const now = Date.now();
    setTimeout(
      () => {
        waiting = false;
        earliest = Date.now() + gapMs;
        work();
      },
      Math.max(soonMs, earliest - now),
    );
  };
}
