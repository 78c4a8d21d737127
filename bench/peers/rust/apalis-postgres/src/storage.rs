//! apalis' storage and its workers, with the settings that are best for throughput.

use crate::job::{NoOp, QUEUE};
use anyhow::Context as _;
use apalis::prelude::{BackendExt as _, BoxDynError, Data, ParallelizeExt as _, Strategy, WorkerBuilder, WorkerError};
use apalis_postgres::{Config, PostgresStorage};
use peers::Ran;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::JoinHandle};

/// Each worker fetches, runs and acknowledges by turns, so that several overlap.
const WORKERS: usize = 4;
/// The buffer of each.
const BATCH: usize = 500;
/// What a lost notification costs at most.
const POLL: Duration = Duration::from_millis(100);
/// A listener and a statement for each worker, and some to spare.
const CONNECTIONS: u32 = 12;
/// How long the workers may take to stop.
const PATIENCE: Duration = Duration::from_secs(30);

pub fn settings() -> String {
    format!(
        "{WORKERS} workers in one process, each with batch_size {BATCH}, pubsub and polling every {} ms, \
         parallelize(tokio::spawn), lock_tasks(false); jobs stored with push_tasks",
        POLL.as_millis()
    )
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

pub async fn install(pool: &PgPool) -> anyhow::Result<()> {
    sqlx::query("DROP SCHEMA IF EXISTS apalis CASCADE").execute(pool).await?;
    PostgresStorage::<()>::setup(pool).await.context("installing apalis' schema")
}

/// Workers, and what stops them.
pub struct Working {
    stop: watch::Sender<bool>,
    workers: Vec<JoinHandle<Result<(), WorkerError>>>,
}

impl Working {
    pub async fn start(database: &PgConnectOptions, ran: &Arc<Ran>) -> anyhow::Result<Self> {
        let pool = pool(database, CONNECTIONS).await?;
        let (stop, stopped) = watch::channel(false);
        let workers = (0..WORKERS)
            .map(|worker| {
                let backend = PostgresStorage::<NoOp>::new(&pool)
                    .with_config(Config::default().queue(QUEUE).batch_size(BATCH).lock_tasks(false))
                    .with_pubsub()
                    .poll_with_strategy(Strategy::new().interval(POLL));
                let worker = WorkerBuilder::new(format!("worker-{worker}"))
                    .backend(backend)
                    .data(ran.clone())
                    .parallelize(tokio::spawn)
                    .build(run);
                let mut stopped = stopped.clone();
                tokio::spawn(worker.run_until(async move {
                    // An error means that nobody can stop the worker any more, which is a reason to stop.
                    let _ = stopped.wait_for(|stopped| *stopped).await;
                    Ok::<_, WorkerError>(())
                }))
            })
            .collect();
        Ok(Self { stop, workers })
    }

    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        for worker in self.workers {
            tokio::time::timeout(PATIENCE, worker).await.context("a worker does not stop")?.context("a worker")??;
        }
        Ok(())
    }
}

async fn run(job: NoOp, ran: Data<Arc<Ran>>) -> Result<(), BoxDynError> {
    ran.starts(job.n);
    Ok(())
}
