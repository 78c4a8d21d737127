// The processes that run jobs, or store single ones, beside the one that measures.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { now } from './time.js';

// How often a process says what it has done.
const REPORT_MS = 2;
// How long it may take to stop.
const PATIENCE_MS = 30_000;

// Several processes with the same role, started and waiting to be told to begin.
export class Processes {
  count = 0;
  // For each timed job its number and the time of its start.
  started = [];

  static async start(role, number) {
    const processes = new Processes();
    processes.children = await Promise.all(Array.from({ length: number }, () => processes.#fork(role)));
    return processes;
  }

  begin() {
    for (const child of this.children) child.send('begin');
  }

  // Ends them, once what they have begun is done and reported.
  async stop() {
    await Promise.all(
      this.children.map(async (child) => {
        child.removeAllListeners('exit');
        const exit = once(child, 'exit');
        child.send('stop');
        const late = AbortSignal.timeout(PATIENCE_MS);
        late.addEventListener('abort', () => child.kill('SIGKILL'));
        const [code] = await exit;
        if (code !== 0) throw new Error(`a process ended with ${code}`);
      }),
    );
  }

  async #fork(role) {
    const child = fork(process.argv[1], [...process.argv.slice(2), '--role', role]);
    child.on('exit', (code) => {
      console.error(`a process ended early with ${code}`);
      process.exit(1);
    });
    const ready = once(child, 'message');
    await ready;
    child.on('message', ({ count, started }) => {
      this.count += count;
      this.started.push(...started);
    });
    return child;
  }
}

// What such a process does.
export async function serve(peer, command) {
  // Nobody is left to report to.
  process.on('disconnect', () => process.exit(1));
  const tally = new Tally(command.scenario === 'latency');
  const begin = command.role === 'worker' ? () => peer.work(command, tally) : await producer(peer, command, tally);
  let working;
  process.on('message', async (message) => {
    if (message === 'begin') working = begin();
    if (message !== 'stop') return;
    await (await working).stop();
    tally.report(() => process.exit(0));
  });
  process.send('ready');
}

// Counts, and tells the parent from time to time, as a message for each job would cost more than the job.
class Tally {
  #count = 0;
  #started = [];

  constructor(timed) {
    this.timed = timed;
    setInterval(() => this.#count && this.report(), REPORT_MS);
  }

  add(n) {
    this.#count += 1;
    if (this.timed) this.#started.push([n, now()]);
  }

  report(sent) {
    process.send({ count: this.#count, started: this.#started }, sent);
    this.#count = 0;
    this.#started = [];
  }
}

// Stores single jobs over some connections, one after the other over each.
async function producer(peer, command, tally) {
  const store = await peer.connect(command, peer.connectionsPerProducer);
  let stopped = false;
  const client = async () => {
    while (!stopped) {
      await store.one(1);
      tally.add(1);
    }
  };
  return () => {
    const clients = Array.from({ length: peer.connectionsPerProducer }, client);
    return {
      async stop() {
        stopped = true;
        await Promise.all(clients);
      },
    };
  };
}
