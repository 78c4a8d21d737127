//! awa 0.6, as a peer of the queue benchmark.

mod runtime;

use anyhow::Context as _;
use awa::{InsertOpts, InsertParams, JobArgs, PartitionedQueue, QueueStorage};
use peers::{Command, Peer, Ran};
use serde::{Deserialize, Serialize};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool, postgres::PgConnectOptions};
use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Connections that store jobs.
const PRODUCERS: u32 = 16;
/// As awa counts finished jobs: those whose segment is gone, those in segments, and those completed as receipts.
const FINISHED: &str = "
    SELECT (coalesce((SELECT sum(pruned_completed_count) FROM awa.queue_terminal_rollups), 0)
          + coalesce((SELECT sum(live_terminal_count) FROM awa.queue_terminal_live_counts), 0)
          + coalesce((SELECT sum(terminal_delta) FROM awa.queue_terminal_count_deltas), 0)
          + coalesce((SELECT sum(completed_count) FROM awa.receipt_completion_batches), 0)
          - (SELECT count(*) FROM awa.receipt_completion_tombstones))::bigint";
/// Jobs that no claim has passed yet, and claims that are not closed.
const UNFINISHED: &str = "
    SELECT ((SELECT count(*)
             FROM awa.ready_entries AS ready JOIN awa.queue_claim_heads AS head USING (queue, priority, enqueue_shard)
             WHERE ready.lane_seq >= awa.sequence_next_value(head.seq_name))
          + coalesce((SELECT sum(claimed_count) FROM awa.lease_claim_batches), 0)
          - coalesce((SELECT sum(closed_count) FROM awa.lease_claim_closure_batches), 0)
          - (SELECT count(*) FROM awa.lease_claim_closures))::bigint";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    peers::run::<Awa>(include_str!("../../Cargo.lock")).await
}

/// A job that does nothing.
#[derive(Debug, Serialize, Deserialize, JobArgs)]
struct NoOp {
    n: u64,
}

struct Awa {
    database: PgConnectOptions,
    producers: PgPool,
    storage: QueueStorage,
    queue: PartitionedQueue,
    /// Which partition the next bulk goes to.
    turn: AtomicUsize,
}

impl Peer for Awa {
    const NAME: &'static str = "awa";
    type Working = awa::Client;
    type Held = PgConnection;

    async fn set_up(command: &Command) -> anyhow::Result<Self> {
        let database = command.database_url.parse::<PgConnectOptions>()?.disable_statement_logging();
        let producers = runtime::pool(&database, PRODUCERS).await?;
        let storage = runtime::install(&producers).await?;
        Ok(Self { database, producers, storage, queue: runtime::queue()?, turn: AtomicUsize::new(0) })
    }

    fn settings(&self) -> String {
        runtime::settings()
    }

    /// Through COPY, into one partition after the other.
    async fn store(&self, numbers: Range<u64>) -> anyhow::Result<()> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let opts = self.queue.route_opts_by_index(InsertOpts::default(), turn);
        let jobs = numbers
            .map(|n| awa::insert::params_with(&NoOp { n }, opts.clone()))
            .collect::<Result<Vec<InsertParams>, _>>()?;
        self.storage.enqueue_params_copy(&self.producers, &jobs).await.context("storing jobs")?;
        Ok(())
    }

    async fn store_one(&self, n: u64) -> anyhow::Result<()> {
        let opts = self.queue.route_opts_by_index(InsertOpts::default(), usize::try_from(n)?);
        awa::insert_with(&self.producers, &NoOp { n }, opts).await.context("storing a job")?;
        Ok(())
    }

    /// They go with their segment of the ring, after seconds.
    async fn retain_finished(&self, _count: u64) -> anyhow::Result<bool> {
        Ok(false)
    }

    async fn analyze(&self) -> anyhow::Result<()> {
        sqlx::query("ANALYZE awa.ready_entries").execute(&self.producers).await?;
        Ok(())
    }

    async fn work(&self, ran: Arc<Ran>) -> anyhow::Result<awa::Client> {
        runtime::start(&self.database, &self.queue, ran).await
    }

    async fn stop(&self, client: awa::Client) -> anyhow::Result<()> {
        client.shutdown(runtime::PATIENCE).await;
        Ok(())
    }

    async fn finished(&self) -> anyhow::Result<u64> {
        self.count(FINISHED).await
    }

    /// awa's own count looks each claim up in all closures, which takes seconds even after a short run.
    async fn unfinished(&self) -> anyhow::Result<u64> {
        self.count(UNFINISHED).await
    }

    async fn hold_transaction(&self) -> anyhow::Result<PgConnection> {
        let mut conn = PgConnection::connect_with(&self.database).await.context("connecting")?;
        sqlx::raw_sql("BEGIN; SELECT txid_current()").execute(&mut conn).await?;
        Ok(conn)
    }
}

impl Awa {
    async fn count(&self, statement: &str) -> anyhow::Result<u64> {
        let count: i64 = sqlx::query_scalar(statement).fetch_one(&self.producers).await?;
        Ok(count.try_into()?)
    }
}
