//! awa's storage and its worker runtime, with the settings that its documentation names for throughput.

use crate::NoOp;
use anyhow::Context as _;
use awa::{Client, JobResult, PartitionedQueue, QueueConfig, QueueStorage, QueueStorageConfig};
use peers::Ran;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{sync::Arc, time::Duration};

/// Physical queues of the one logical queue, each with a claimer of its own.
const PARTITIONS: usize = 4;
/// Jobs at once of each partition. From 512 in all, awa completes over four connections at once.
const WORKERS: u32 = 256;
/// Claimers, completers, listeners and maintenance, with some to spare.
const CONNECTIONS: u32 = 32;
/// How long the runtime may take to stop.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn settings() -> String {
    let config = config();
    format!(
        "PartitionedQueue of {PARTITIONS}, each with max_workers {WORKERS}, claim_batch_size {} and no deadline \
         (claims as compact receipts); 4 completion shards of batches of 512; jobs stored in bulk with \
         enqueue_params_copy, singly with insert_with",
        config.claim_batch_size
    )
}

pub fn queue() -> anyhow::Result<PartitionedQueue> {
    PartitionedQueue::new("no-ops", PARTITIONS).context("naming the partitions")
}

pub async fn pool(database: &PgConnectOptions, connections: u32) -> anyhow::Result<PgPool> {
    PgPoolOptions::new()
        .max_connections(connections)
        .min_connections(connections)
        // A ping before each statement would halve what single jobs reach.
        .test_before_acquire(false)
        // Where a peer falls behind, that is a figure and no error.
        .acquire_timeout(Duration::from_mins(10))
        .connect_with(database.clone())
        .await
        .context("connecting")
}

pub async fn install(pool: &PgPool) -> anyhow::Result<QueueStorage> {
    sqlx::query("DROP SCHEMA IF EXISTS awa CASCADE").execute(pool).await?;
    awa::migrations::run(pool).await.context("migrating awa's schema")?;
    let storage = QueueStorage::new(QueueStorageConfig::default())?;
    storage.install(pool).await.context("activating awa's queue storage")?;
    Ok(storage)
}

pub async fn start(database: &PgConnectOptions, queue: &PartitionedQueue, ran: Arc<Ran>) -> anyhow::Result<Client> {
    let client = Client::builder(pool(database, CONNECTIONS).await?)
        .partitioned_queue(queue, config())
        .register::<NoOp, _, _>(move |job, _| {
            ran.starts(job.n);
            std::future::ready(Ok(JobResult::Completed))
        })
        .build()?;
    client.start().await.context("starting awa's runtime")?;
    Ok(client)
}

fn config() -> QueueConfig {
    QueueConfig { max_workers: WORKERS, deadline_duration: Duration::ZERO, ..QueueConfig::default() }
}
