//! The queue with jobs that do nothing, stored and run by this process.

use super::Stand;
use anyhow::Context as _;
use chrono::{DateTime, Utc};
use domain::{
    Clock, TenantId,
    job::{Job, Lane, RetryPolicy},
};
use queue::{EnqueueOptions, Handlers, JobContext, JobError, Queue, Settings, Workers, WorkersError};
use serde::{Deserialize, Serialize};
use std::{
    mem,
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use store::{Database, TenantTx};
use tokio::{sync::oneshot, task::JoinHandle, time::sleep};

/// Connections to store jobs with.
const CONNECTIONS: u32 = 20;
/// How long to wait for a connection, and for jobs to end.
const PATIENCE: Duration = Duration::from_mins(5);
const LOOK: Duration = Duration::from_millis(1);

/// A queue, a tenant, and how many jobs have run.
#[derive(Clone)]
pub struct NoOps {
    database: Database,
    queue: Queue,
    tenant: TenantId,
    ran: Arc<Ran>,
    begin: Instant,
}

/// What the handler saw.
#[derive(Default)]
struct Ran {
    count: AtomicUsize,
    /// From storing to starting, of jobs that carry their time; from being due to starting, of those stored for later.
    latencies: Mutex<Vec<Duration>>,
    /// Jobs that started before they were due.
    early: AtomicUsize,
}

/// A job that does nothing.
#[derive(Debug, Serialize, Deserialize)]
struct NoOp {
    tenant: TenantId,
    n: usize,
    /// Orders it among others with the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<usize>,
    /// Whether it may be stored only once.
    #[serde(skip)]
    once: bool,
    /// When it was stored, in microseconds since the beginning; only for measuring latencies.
    #[serde(skip_serializing_if = "Option::is_none")]
    stored_micros: Option<u64>,
    /// When it is due; only for timers.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<DateTime<Utc>>,
}

/// The same in the lane for bulk work.
#[derive(Debug, Serialize, Deserialize)]
struct Bulk(NoOp);

impl Job for Bulk {
    const KIND: &'static str = "bulk-no-op";
    const LANE: Lane = Lane::Bulk;
    const RETRY: RetryPolicy = RetryPolicy::PROMPT;

    fn tenant(&self) -> TenantId {
        self.0.tenant
    }
}

impl Job for NoOp {
    const KIND: &'static str = "no-op";
    const LANE: Lane = Lane::Live;
    const RETRY: RetryPolicy = RetryPolicy::PROMPT;

    fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn key(&self) -> Option<String> {
        self.key.map(|key| format!("key:{key}"))
    }

    fn idempotency_key(&self) -> Option<String> {
        self.once.then(|| format!("once:{}", self.n))
    }
}

impl NoOps {
    /// On the stand's database, as the product connects to it.
    pub fn new(stand: &Stand) -> Self {
        let database = Database::connect_lazy(stand.app_options(), CONNECTIONS, PATIENCE);
        Self {
            queue: Queue::new(database.pool().clone(), Arc::new(MachineClock)),
            database,
            tenant: TenantId::new(),
            ran: Arc::default(),
            begin: Instant::now(),
        }
    }

    /// Starts a worker with default settings.
    pub fn work(&self) -> Working {
        let handlers = Handlers::new(self.clone()).register(run).register(run_bulk);
        let workers = Workers::new(self.queue.clone(), handlers, Settings::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(workers.run(async {
            // A sender that is gone means stop, too.
            let _ = stopped.await;
        }));
        Working { stop, task }
    }

    /// Stores these jobs in one transaction, spread over so many keys, if any.
    pub async fn store(&self, numbers: Range<usize>, keys: Option<usize>) -> anyhow::Result<()> {
        let jobs: Vec<NoOp> = numbers.map(|n| self.job(n, keys.map(|keys| n % keys))).collect();
        let mut tx = self.transaction().await?;
        queue::enqueue_many(&mut tx, &jobs, &EnqueueOptions::default()).await?;
        tx.commit().await?;
        self.queue.wake(NoOp::LANE);
        Ok(())
    }

    /// Stores these jobs in one transaction, each under an idempotency key of its own.
    pub async fn store_once(&self, numbers: Range<usize>) -> anyhow::Result<()> {
        let jobs: Vec<_> = numbers.map(|n| NoOp { once: true, ..self.job(n, None) }).collect();
        let mut tx = self.transaction().await?;
        queue::enqueue_many(&mut tx, &jobs, &EnqueueOptions::default()).await?;
        tx.commit().await?;
        self.queue.wake(NoOp::LANE);
        Ok(())
    }

    /// Stores these jobs for the lane of bulk work.
    pub async fn store_bulk(&self, numbers: Range<usize>) -> anyhow::Result<()> {
        let jobs: Vec<_> = numbers.map(|n| Bulk(self.job(n, None))).collect();
        let mut tx = self.transaction().await?;
        queue::enqueue_many(&mut tx, &jobs, &EnqueueOptions::default()).await?;
        tx.commit().await?;
        self.queue.wake(Bulk::LANE);
        Ok(())
    }

    /// Stores these jobs for a time.
    pub async fn store_for(&self, numbers: Range<usize>, due: DateTime<Utc>) -> anyhow::Result<()> {
        let jobs: Vec<_> = numbers.map(|n| NoOp { due: Some(due), ..self.job(n, None) }).collect();
        let mut tx = self.transaction().await?;
        queue::enqueue_many(&mut tx, &jobs, &EnqueueOptions { run_at: Some(due), ..EnqueueOptions::default() }).await?;
        Ok(tx.commit().await?)
    }

    /// Stores one job.
    pub async fn store_one(&self, n: usize) -> anyhow::Result<()> {
        let mut tx = self.transaction().await?;
        queue::enqueue(&mut tx, &self.job(n, None)).await?;
        tx.commit().await?;
        self.queue.wake(NoOp::LANE);
        Ok(())
    }

    /// Stores one job that measures how long it waits.
    pub async fn store_timed(&self, n: usize) -> anyhow::Result<()> {
        let stored_micros = Some(u64::try_from(self.begin.elapsed().as_micros())?);
        let mut tx = self.transaction().await?;
        queue::enqueue(&mut tx, &NoOp { stored_micros, ..self.job(n, None) }).await?;
        tx.commit().await?;
        self.queue.wake(NoOp::LANE);
        Ok(())
    }

    /// Stores the same in a table without a queue.
    pub async fn insert_plainly(&self, n: usize) -> anyhow::Result<()> {
        let args = serde_json::to_value(self.job(n, None))?;
        let mut tx = self.transaction().await?;
        sqlx::query("INSERT INTO public.plain_jobs (tenant_id, lane, kind, args) VALUES ($1, $2, $3, $4)")
            .bind(self.tenant.0)
            .bind(NoOp::LANE.as_str())
            .bind(NoOp::KIND)
            .bind(args)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// A transaction of the tenant.
    async fn transaction(&self) -> anyhow::Result<TenantTx> {
        Ok(self.database.begin(self.tenant).await?)
    }

    fn job(&self, n: usize, key: Option<usize>) -> NoOp {
        NoOp { tenant: self.tenant, n, key, once: false, stored_micros: None, due: None }
    }

    /// Jobs that have run so far.
    pub fn ran(&self) -> usize {
        self.ran.count.load(Ordering::Relaxed)
    }

    /// Jobs that started before they were due.
    pub fn early(&self) -> usize {
        self.ran.early.load(Ordering::Relaxed)
    }

    /// Waits until so many have run.
    pub async fn until_ran(&self, jobs: usize) -> anyhow::Result<()> {
        let waited = async {
            while self.ran() < jobs {
                sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, waited).await.with_context(|| format!("{} of {jobs} jobs ran", self.ran()))
    }

    /// The waits measured since the last call.
    pub fn latencies(&self) -> Vec<Duration> {
        mem::take(&mut *self.ran.latencies.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn run(env: NoOps, job: NoOp, _: JobContext) -> Result<(), JobError> {
    if let Some(stored) = job.stored_micros {
        let latency = env.begin.elapsed().saturating_sub(Duration::from_micros(stored));
        env.ran.latencies.lock().unwrap_or_else(PoisonError::into_inner).push(latency);
    }
    if let Some(due) = job.due {
        match (MachineClock.now() - due).to_std() {
            Ok(late) => env.ran.latencies.lock().unwrap_or_else(PoisonError::into_inner).push(late),
            Err(_) => {
                env.ran.early.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
    env.ran.count.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

async fn run_bulk(env: NoOps, Bulk(job): Bulk, context: JobContext) -> Result<(), JobError> {
    run(env, job, context).await
}

/// A worker that runs.
pub struct Working {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), WorkersError>>,
}

impl Working {
    /// Stops it. What has run is acknowledged then.
    pub async fn stop(self) -> anyhow::Result<()> {
        drop(self.stop);
        Ok(self.task.await??)
    }
}

struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
