// What scenarios share.

import { setTimeout as sleep } from 'node:timers/promises';
import { now } from './time.js';

// Jobs stored by one statement, where not one is stored singly.
export const BULK = 500;
// A run that takes longer is cut off.
export const CUT_OFF_MS = 120_000;
// Getting ready may take this long.
const PREPARATION_MS = 900_000;
// How often to look whether something has come about.
export const LOOK_MS = 1;

// Stores many jobs over two connections.
export async function fill(store, count) {
  const end = now() + PREPARATION_MS;
  let next = 0;
  const client = async () => {
    while (next < count) {
      if (now() > end) throw new Error('the jobs are not stored in time');
      const first = next;
      next += BULK;
      await store.many(first, Math.min(BULK, count - first));
    }
  };
  await Promise.all([client(), client()]);
  await store.analyze();
}

// Waits, and says whether it has come about before the run is cut off.
export async function until(cutOff, so) {
  while (!so()) {
    if (now() >= cutOff) return false;
    await sleep(LOOK_MS);
  }
  return true;
}

// No job is lost, and what was counted is what was committed.
export function accountFor(stored, before, after, ran) {
  const finished = after.finished - before.finished;
  if (stored !== finished + after.unfinished) {
    throw new Error(`of ${stored} jobs ${finished} are finished and ${after.unfinished} are not`);
  }
  if (ran > finished) console.error(`${ran - finished} runs were not committed, or were of jobs that had run before`);
}

// What is printed. `jobs` are those that count, all of them committed.
export function figure(jobs, elapsedMs, cutOff, latencies = {}) {
  const { p50_ms = null, p99_ms = null } = latencies;
  const perSecond = elapsedMs === null ? null : round(jobs / (elapsedMs / 1000));
  return { jobs, seconds: round((elapsedMs ?? 0) / 1000), per_second: perSecond, p50_ms, p99_ms, cut_off: cutOff };
}

// To thousandths, beyond which there is only noise.
export const round = (value) => Math.round(value * 1000) / 1000;
