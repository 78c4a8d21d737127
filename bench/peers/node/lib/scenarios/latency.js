// From storing a single job to the call of its handler, while the queue has little to do.

import { setTimeout as sleep } from 'node:timers/promises';
import { Processes } from '../process.js';
import { accountFor, CUT_OFF_MS, figure, LOOK_MS, round, until } from '../shared.js';
import { now } from '../time.js';

// Jobs a second.
const RATE = 500;
// Those of the first second open connections, and do not count.
const WARM_UP = RATE;

export async function latency(peer, store, { seconds }) {
  const before = await store.jobs();
  // One process, because each that listens would be woken for each job.
  const workers = await Processes.start('worker', 1);
  const jobs = WARM_UP + RATE * seconds;
  const cutOff = now() + CUT_OFF_MS;
  workers.begin();
  const begin = now();
  const [stored, storing] = [[], []];
  while (stored.length < jobs && now() < cutOff) {
    if (now() < begin + (stored.length * 1000) / RATE) {
      await sleep(LOOK_MS);
      continue;
    }
    stored.push(now());
    storing.push(store.one(stored.length - 1));
  }
  await Promise.all(storing);
  const all = await until(cutOff, () => workers.count >= jobs);
  const elapsed = now() - begin;
  await workers.stop();
  const after = await store.jobs();
  accountFor(stored.length, before, after, workers.count);
  const latencies = workers.started.filter(([n]) => n >= WARM_UP).map(([n, at]) => at - stored[n]);
  latencies.sort((a, b) => a - b);
  const percentile = (percent) => round(latencies[Math.floor(((latencies.length - 1) * percent) / 100)]);
  return figure(after.finished - before.finished, elapsed, !all, { p50_ms: percentile(50), p99_ms: percentile(99) });
}
