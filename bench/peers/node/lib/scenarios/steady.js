// Jobs are stored and run at the same time.

import { setTimeout as sleep } from 'node:timers/promises';
import { Processes } from '../process.js';
import { accountFor, BULK, CUT_OFF_MS, figure, LOOK_MS, until } from '../shared.js';
import { now } from '../time.js';

// Jobs that may wait.
const AHEAD = 4_000;
// How long everything runs before it counts.
const WARM_UP_MS = 2_000;

export async function steady(peer, store, { seconds }) {
  const before = await store.jobs();
  const workers = await Processes.start('worker', peer.processes);
  const begin = now();
  const end = begin + Math.min(WARM_UP_MS + seconds * 1000, CUT_OFF_MS);
  workers.begin();
  let [stored, storing, paused] = [0, 0, false];
  const producer = async () => {
    while (now() < end) {
      if (paused || stored - workers.count > AHEAD) {
        await sleep(LOOK_MS);
        continue;
      }
      const first = stored;
      stored += BULK;
      storing += 1;
      await store.many(first, BULK);
      storing -= 1;
    }
  };
  // A peer that deletes finished jobs can only be counted while nothing is being stored. Thousands are waiting, so
  // the workers do not notice.
  const finished = async () => {
    paused = true;
    while (storing > 0) await sleep(LOOK_MS);
    const at = now();
    const count = (await store.jobs()).finished;
    paused = false;
    return { at, count };
  };
  const measured = async () => {
    await sleep(WARM_UP_MS);
    const first = await finished();
    await sleep(end - now());
    const last = await finished();
    return [last.count - first.count, last.at - first.at];
  };
  const [[count, elapsed]] = await Promise.all([measured(), producer(), producer()]);
  await until(now() + CUT_OFF_MS, () => workers.count >= stored);
  await workers.stop();
  accountFor(stored, before, await store.jobs(), workers.count);
  return figure(count, elapsed, WARM_UP_MS + seconds * 1000 > CUT_OFF_MS);
}

// The same while somebody's transaction keeps every dead row from being cleared away.
export async function besideAnIdleTransaction(peer, store, command) {
  const client = await store.pool.connect();
  await client.query('BEGIN');
  await client.query('SELECT txid_current()');
  const result = await steady(peer, store, command);
  client.release(true);
  return result;
}
