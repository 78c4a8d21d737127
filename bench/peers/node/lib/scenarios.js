// Which scenario is run.

import { burnDown, besideFinished } from './scenarios/burn-down.js';
import { enqueue } from './scenarios/enqueue.js';
import { latency } from './scenarios/latency.js';
import { besideAnIdleTransaction, steady } from './scenarios/steady.js';

export async function run(peer, store, command) {
  switch (command.scenario) {
    case 'burn-down': return burnDown(peer, store, command.jobs, 0);
    case 'deep': return burnDown(peer, store, command.jobs, command.backlog);
    case 'finished': return besideFinished(peer, store, command.jobs, command.backlog);
    case 'steady': return steady(peer, store, command);
    case 'idle': return besideAnIdleTransaction(peer, store, command);
    case 'latency': return latency(peer, store, command);
    case 'enqueue': return enqueue(peer, store, command);
  }
}
