// Jobs are stored first, and then run as fast as the peer can.

import { setTimeout as sleep } from 'node:timers/promises';
import { Processes } from '../process.js';
import { accountFor, CUT_OFF_MS, figure, fill, LOOK_MS, until } from '../shared.js';
import { now } from '../time.js';

// `backlog` more jobs wait that do not count.
export async function burnDown(peer, store, jobs, backlog) {
  await fill(store, jobs + backlog);
  const before = await store.jobs();
  const workers = await Processes.start('worker', peer.processes);
  const begin = now();
  const cutOff = begin + CUT_OFF_MS;
  workers.begin();
  await until(cutOff, () => workers.count >= jobs);
  // What the handlers saw is not committed yet. The time is taken before the database is asked, so that asking costs
  // the peer nothing.
  let elapsed, finished;
  for (;;) {
    elapsed = now() - begin;
    finished = (await store.jobs()).finished - before.finished;
    if (finished >= jobs || elapsed >= CUT_OFF_MS) break;
    await sleep(LOOK_MS);
  }
  await workers.stop();
  accountFor(jobs + backlog, before, await store.jobs(), workers.count);
  return figure(finished, elapsed, finished < jobs);
}

// The same, where the peer keeps as many jobs that are done.
export async function besideFinished(peer, store, jobs, finished) {
  if (await store.retainFinished(finished)) return burnDown(peer, store, jobs, 0);
  return { ...figure(0, null, false), note: 'finished jobs are not kept, so there is nothing to measure' };
}
