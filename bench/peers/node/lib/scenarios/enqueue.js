// Single jobs are stored durably, and none is run.

import { setTimeout as sleep } from 'node:timers/promises';
import { Processes } from '../process.js';
import { accountFor, CUT_OFF_MS, figure } from '../shared.js';
import { now } from '../time.js';

// Connections that store.
const CLIENTS = 16;

export async function enqueue(peer, store, { seconds }) {
  const before = await store.jobs();
  const producers = await Processes.start('producer', CLIENTS / peer.connectionsPerProducer);
  const begin = now();
  producers.begin();
  await sleep(Math.min(seconds * 1000, CUT_OFF_MS));
  await producers.stop();
  const elapsed = now() - begin;
  accountFor(producers.count, before, await store.jobs(), 0);
  return figure(producers.count, elapsed, seconds * 1000 > CUT_OFF_MS);
}
