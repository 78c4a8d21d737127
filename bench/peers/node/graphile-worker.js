// graphile-worker, as a peer of the queue benchmark.

// As its own benchmark does; it is read when the package is loaded.
process.env.NO_LOG_SUCCESS = '1';

const { Logger, makeWorkerUtils, run } = await import('graphile-worker');
import { main } from './lib/main.js';
import { pool } from './lib/pool.js';

const TASK = 'no_op';
// What its documentation gives for its best figures.
const CONCURRENT_JOBS = 24;
const BATCHING = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
const PROCESSES = 2;
const logger = new Logger(() => (level, message) => {
  if (level === 'error' || level === 'warning') console.error(`${level}: ${message}`);
});

const peer = {
  name: 'graphile-worker',
  processes: PROCESSES,
  connectionsPerProducer: 8,

  settings({ scenario }) {
    const processes = scenario === 'latency' ? 1 : PROCESSES;
    return (
      `worker processes: ${processes}, each with concurrentJobs ${CONCURRENT_JOBS}, localQueue.size ` +
      `${BATCHING.localQueue.size}, completeJobBatchDelay and failJobBatchDelay 0; jobs stored in bulk with addJobs, ` +
      `singly with addJob`
    );
  },

  async setUp(command) {
    const store = await this.connect(command, 16);
    await store.install();
    return store;
  },

  async connect({ databaseUrl }, connections) {
    const connected = await pool(databaseUrl, connections);
    return new Store(connected, await makeWorkerUtils({ pgPool: connected, logger }));
  },

  async work({ databaseUrl }, tally) {
    const runner = await run({
      pgPool: await pool(databaseUrl, CONCURRENT_JOBS + 1),
      preset: { worker: { concurrentJobs: CONCURRENT_JOBS, logger, ...BATCHING } },
      taskList: { [TASK]: ({ n }) => tally.add(n) },
      parsedCronItems: [],
      noHandleSignals: true,
    });
    return { stop: () => runner.stop() };
  },
};

class Store {
  constructor(pool, utils) {
    this.pool = pool;
    this.utils = utils;
  }

  async install() {
    await this.pool.query('DROP SCHEMA IF EXISTS graphile_worker CASCADE');
    await this.utils.migrate();
  }

  many(first, count) {
    const jobs = Array.from({ length: count }, (_, i) => ({ identifier: TASK, payload: { n: first + i } }));
    return this.utils.addJobs(jobs);
  }

  one(n) {
    return this.utils.addJob(TASK, { n });
  }

  // They are deleted.
  async retainFinished() {
    return false;
  }

  async analyze() {
    await this.pool.query('ANALYZE graphile_worker._private_jobs');
  }

  // Every job that was stored has taken a number from the sequence, and every one that is finished is gone.
  async jobs() {
    const { rows } = await this.pool.query(
      `SELECT (SELECT count(*) FROM graphile_worker._private_jobs)::int AS unfinished,
              coalesce(pg_sequence_last_value(pg_get_serial_sequence('graphile_worker._private_jobs', 'id')), 0)::int
                AS stored`,
    );
    const [{ unfinished, stored }] = rows;
    return { unfinished, finished: stored - unfinished };
  }
}

await main(peer);
