// pg-boss, as a peer of the queue benchmark.

import { PgBoss } from 'pg-boss';
import { main } from './lib/main.js';
import { address, pool } from './lib/pool.js';

const QUEUE = 'no-ops';
const PROCESSES = 2;
const WORKERS = 4;
const WORK = { batchSize: 500, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 0.5 };

const peer = {
  name: 'pg-boss',
  processes: PROCESSES,
  connectionsPerProducer: 8,

  settings({ scenario }) {
    const { processes, workers } = spread(scenario);
    return (
      `a queue with a partition of its own${notifies(scenario) ? ' and notify' : ', without notify'}; worker ` +
      `processes: ${processes}, each with localConcurrency ${workers}, batchSize ${WORK.batchSize}, burstWhenBatchFull and ` +
      `polling every 0.5 s; jobs stored in bulk with insert, singly with send`
    );
  },

  async setUp({ databaseUrl, scenario }) {
    const store = await open(databaseUrl, 16, async (pool) => {
      await pool.query('DROP SCHEMA IF EXISTS pgboss CASCADE');
    });
    await store.boss.createQueue(QUEUE, { partition: true, notify: notifies(scenario) });
    await store.learnTable();
    return store;
  },

  async connect({ databaseUrl }, connections) {
    return open(databaseUrl, connections);
  },

  async work({ databaseUrl, scenario }, tally) {
    const { workers } = spread(scenario);
    // A connection for each worker, one to complete with, and one for upkeep.
    const boss = await start(databaseUrl, workers * 2 + 2, { useListenNotify: notifies(scenario) });
    await boss.work(QUEUE, { ...WORK, localConcurrency: workers }, async (jobs) => {
      for (const { data } of jobs) tally.add(data.n);
    });
    return { stop: () => boss.stop({ graceful: true, timeout: 20_000 }) };
  },
};

// Nobody would be woken where nobody works, and a notification with every job is what storing singly costs most.
function notifies(scenario) {
  return scenario !== 'enqueue';
}

// Every worker that waits is woken by every notification, so that one is best for single jobs.
function spread(scenario) {
  return scenario === 'latency' ? { processes: 1, workers: 1 } : { processes: PROCESSES, workers: WORKERS };
}

async function start(databaseUrl, connections, options = {}) {
  // Without a timeout: where a peer falls behind, that is a figure and no error.
  const connection = { ...address(databaseUrl), max: connections, connectionTimeoutMillis: 0 };
  const boss = new PgBoss({ ...connection, schedule: false, ...options });
  boss.on('error', (error) => console.error(error));
  boss.on('warning', (warning) => console.error(warning));
  await boss.start();
  return boss;
}

async function open(databaseUrl, connections, prepare = async () => {}) {
  const connected = await pool(databaseUrl, 2);
  await prepare(connected);
  return new Store(connected, await start(databaseUrl, connections, { supervise: false }));
}

class Store {
  constructor(pool, boss) {
    this.pool = pool;
    this.boss = boss;
  }

  async learnTable() {
    const { table } = await this.boss.getQueue(QUEUE);
    this.table = `pgboss.${table}`;
  }

  many(first, count) {
    return this.boss.insert(QUEUE, Array.from({ length: count }, (_, i) => ({ data: { n: first + i } })));
  }

  one(n) {
    return this.boss.send(QUEUE, { n });
  }

  // As pg-boss leaves them behind, with the defaults of its table for what it does not set.
  async retainFinished(count) {
    await this.pool.query(
      `INSERT INTO ${this.table} (name, data, state, policy, start_after, created_on, started_on, completed_on)
       SELECT $1, '{"n": 1}', 'completed', 'standard', at, at, at, at
       FROM generate_series(1, $2), (SELECT now() - interval '1 hour' AS at) AS an_hour_ago`,
      [QUEUE, count],
    );
    return true;
  }

  async analyze() {
    await this.pool.query(`ANALYZE ${this.table}`);
  }

  async jobs() {
    const { rows } = await this.pool.query(
      `SELECT count(*) FILTER (WHERE state <> 'completed')::int AS unfinished,
              count(*) FILTER (WHERE state = 'completed')::int AS finished
       FROM ${this.table}`,
    );
    return rows[0];
  }
}

await main(peer);
