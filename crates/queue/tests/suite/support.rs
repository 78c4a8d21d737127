//! What the tests share: a database, a job type that does what the test says, and the functions of
//! the migration under their own names, to play a worker by hand.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Clock, ConnectionId, ManualClock, TenantId,
    job::{Job, Lane, Priority, RetryPolicy},
};
use queue::{Enqueued, Handlers, JobContext, JobError, JobId, Queue, Settings, Workers, WorkersError, enqueue};
use serde::{Deserialize, Serialize};
use sqlx::{PgExecutor, PgPool, Postgres, Row, Transaction};
use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI32, Ordering},
    },
    time::Duration,
};
use test_support::TestDatabase;
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

/// Long enough that only a fault runs into it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A job that carries a number, in whatever order and as often as the test wants.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Note {
    pub tenant: TenantId,
    pub n: u32,
    pub key: Option<String>,
    pub once: Option<String>,
    #[serde(default)]
    pub priority: Priority,
    #[serde(default)]
    pub connection: Option<ConnectionId>,
}

impl Job for Note {
    const KIND: &'static str = "note";
    const LANE: Lane = Lane::Live;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 3, first_delay: Duration::from_secs(8), max_delay: Duration::from_mins(1) };

    fn tenant(&self) -> TenantId {
        self.tenant
    }

    fn key(&self) -> Option<String> {
        self.key.clone()
    }

    fn priority(&self) -> Priority {
        self.priority
    }

    fn connection(&self) -> Option<ConnectionId> {
        self.connection
    }

    fn idempotency_key(&self) -> Option<String> {
        self.once.clone()
    }
}

/// The same in another lane and with quick and many retries.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Chore(pub Note);

impl Job for Chore {
    const KIND: &'static str = "chore";
    const LANE: Lane = Lane::Bulk;
    const RETRY: RetryPolicy =
        RetryPolicy { max_attempts: 1000, first_delay: Duration::from_millis(5), max_delay: Duration::from_millis(20) };

    fn tenant(&self) -> TenantId {
        self.0.tenant
    }

    fn key(&self) -> Option<String> {
        self.0.key.clone()
    }
}

/// The time of the machine, for tests in which real time has to pass.
pub struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

pub type Answer = Pin<Box<dyn Future<Output = Result<(), JobError>> + Send>>;
type Script = Arc<dyn Fn(Note, JobContext) -> Answer + Send + Sync>;

/// What handlers see: every call is noted, then answered by the test's script.
#[derive(Clone)]
pub struct Env {
    pub calls: Arc<Mutex<Vec<(u32, u32)>>>,
    script: Script,
}

impl Env {
    /// Notes number and attempt of every run, and answers with `script`.
    pub fn new<F, Fut>(script: F) -> Self
    where
        F: Fn(Note, JobContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        Self { calls: Arc::default(), script: Arc::new(move |note, ctx| Box::pin(script(note, ctx))) }
    }

    /// Everything succeeds.
    pub fn content() -> Self {
        Self::new(|_, _| async { Ok(()) })
    }

    pub fn handlers(&self) -> Handlers<Self> {
        Handlers::new(self.clone())
            .register(|env: Self, note: Note, ctx| env.call(note, ctx))
            .register(|env: Self, Chore(note): Chore, ctx| env.call(note, ctx))
    }

    fn call(&self, note: Note, ctx: JobContext) -> Answer {
        self.calls.lock().unwrap().push((note.n, ctx.attempt));
        (self.script)(note, ctx)
    }

    /// Number and attempt of every run so far.
    pub fn calls(&self) -> Vec<(u32, u32)> {
        self.calls.lock().unwrap().clone()
    }

    /// The numbers that have run so far.
    pub fn numbers(&self) -> Vec<u32> {
        self.calls().into_iter().map(|(n, _)| n).collect()
    }
}

/// A queue on a database of its own, with a clock that the test moves.
pub struct World {
    pub db: TestDatabase,
    /// A worker whose part the test plays by hand.
    pub worker: AtomicI32,
    pub clock: ManualClock,
    pub queue: Queue,
    pub tenant: TenantId,
}

impl World {
    pub async fn new() -> Self {
        let db = TestDatabase::create().await;
        let clock = ManualClock::at("2026-05-04T10:00:00Z".parse().unwrap());
        let queue = Queue::new(db.app.clone(), Arc::new(clock.clone()));
        let worker = AtomicI32::new(register(&db.app).await);
        Self { db, worker, clock, queue, tenant: TenantId::new() }
    }

    /// Another process's handle to the same queue, going by the machine's time.
    pub fn another_queue(&self) -> Queue {
        Queue::new(self.db.app.clone(), Arc::new(MachineClock))
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    /// A job without a key.
    pub fn note(&self, n: u32) -> Note {
        Note { tenant: self.tenant, n, key: None, once: None, priority: Priority::Normal, connection: None }
    }

    /// A job of a key.
    pub fn keyed(&self, key: &str, n: u32) -> Note {
        Note { key: Some(key.to_owned()), ..self.note(n) }
    }

    /// A transaction of the product in the context of a tenant.
    pub async fn tx(&self, tenant: TenantId) -> Transaction<'static, Postgres> {
        tx(&self.db.app, tenant).await
    }

    /// Stores a job and commits.
    pub async fn push<J: Job>(&self, job: &J) -> JobId {
        let mut tx = self.tx(job.tenant()).await;
        let Enqueued::Job(id) = enqueue(&mut tx, job).await.unwrap() else { panic!("a duplicate: {job:?}") };
        tx.commit().await.unwrap();
        id
    }

    pub async fn push_all<J: Job>(&self, jobs: impl IntoIterator<Item = J>) {
        for job in jobs {
            self.push(&job).await;
        }
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.db.owner).await.unwrap()
    }

    /// State and attempts of the unfinished jobs, the oldest first.
    pub async fn states(&self) -> Vec<(String, i32)> {
        let unfinished = self.queue.unfinished(1000).await.unwrap();
        unfinished.into_iter().map(|job| (job.state, job.attempts)).collect()
    }

    /// Waits until the predicate holds for the unfinished jobs' states.
    pub async fn until(&self, what: &str, holds: impl Fn(&[(String, i32)]) -> bool) {
        eventually(what, async || holds(&self.states().await)).await;
    }
}

pub async fn tx(pool: &PgPool, tenant: TenantId) -> Transaction<'static, Postgres> {
    let mut tx = pool.begin().await.unwrap();
    sqlx::query("SELECT set_config('signalbox.tenant', $1, true)")
        .bind(tenant.to_string())
        .execute(&mut *tx)
        .await
        .unwrap();
    tx
}

/// Asks until the answer is yes.
pub async fn eventually(what: &str, mut asked: impl AsyncFnMut() -> bool) {
    let asking = async {
        while !asked().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("never: {what}"));
}

/// Settings that name the lanes of the two job types and never poll by themselves.
pub fn settings(concurrency: usize) -> Settings {
    Settings {
        lanes: BTreeMap::from([(Lane::Live, concurrency), (Lane::Bulk, concurrency)]),
        poll: Duration::from_hours(1),
        ..Settings::default()
    }
}

/// A run of a job, claimed by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub tenant: Uuid,
    pub id: i64,
    pub token: Uuid,
    pub attempt: i32,
    pub n: i32,
}

/// A worker with a lease that outlasts every test.
pub async fn register(pool: &PgPool) -> i32 {
    sqlx::query_scalar("SELECT queue.register('by hand', '{}', '{}', '1 day')").fetch_one(pool).await.unwrap()
}

/// Claims live notes by hand, for a worker.
pub async fn claim_as<'c>(
    db: impl PgExecutor<'c>,
    worker: i32,
    limit: i32,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Run>> {
    let token = Uuid::new_v4();
    let rows =
        sqlx::query("SELECT *, (args->>'n')::int AS n FROM queue.claim($1, $2, 'live', '{note}', $3, $4, $5, NULL, 0)")
            .bind(worker)
            .bind(token)
            .bind(limit)
            .bind(now)
            .bind(Uuid::nil())
            .fetch_all(db)
            .await?;
    let runs = rows.into_iter().filter(|row| row.get::<Option<i64>, _>("id").is_some()).map(|row| Run {
        tenant: row.get("tenant_id"),
        id: row.get("id"),
        token,
        attempt: row.get("attempt"),
        n: row.get("n"),
    });
    Ok(runs.collect())
}

impl World {
    pub fn worker(&self) -> i32 {
        self.worker.load(Ordering::SeqCst)
    }

    /// Claims live notes by hand.
    pub async fn claim(&self, limit: i32, now: DateTime<Utc>) -> Vec<Run> {
        claim_as(&self.db.app, self.worker(), limit, now).await.unwrap()
    }

    /// Lets the worker that is played by hand die, and another come. How many jobs were rescued.
    pub async fn die(&self) -> i64 {
        sqlx::query("SELECT queue.retire($1, false)").bind(self.worker()).execute(&self.db.app).await.unwrap();
        self.worker.store(register(&self.db.app).await, Ordering::SeqCst);
        rescue(&self.db.app).await
    }
}

/// Acks a run by hand; the verdict is the database's.
pub async fn ack(pool: &PgPool, run: Run, outcome: &str, run_at: Option<DateTime<Utc>>) -> sqlx::Result<String> {
    let verdict: Option<String> = sqlx::query_scalar(
        "SELECT max(verdict) FROM queue.ack(ARRAY[$1], ARRAY[$2], ARRAY[$3], ARRAY[$4], ARRAY[$5], ARRAY['said so'],
            ARRAY[7::bigint], ARRAY[false], ARRAY[false], now())",
    )
    .bind(run.tenant)
    .bind(run.id)
    .bind(run.token)
    .bind(outcome)
    .bind(run_at)
    .fetch_one(pool)
    .await?;
    Ok(verdict.unwrap_or_else(|| "acked".to_owned()))
}

/// Rescues by hand what has lost its lease; how many jobs it was.
pub async fn rescue(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT coalesce(sum(jobs), 0)::bigint FROM queue.rescue(1000)").fetch_one(pool).await.unwrap()
}

/// A switch that many can wait for.
#[derive(Clone)]
pub struct Switch(watch::Sender<bool>);

impl Default for Switch {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Switch {
    pub fn turn_on(&self) {
        self.0.send_replace(true);
    }

    pub fn waited(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut seen = self.0.subscribe();
        async move {
            seen.wait_for(|on| *on).await.unwrap();
        }
    }
}

/// Workers that run in the background until they are told to stop.
pub struct Running {
    stop: Switch,
    task: JoinHandle<Result<(), WorkersError>>,
}

impl Running {
    pub fn start(queue: Queue, env: &Env, settings: Settings) -> Self {
        let stop = Switch::default();
        let workers = Workers::new(queue, env.handlers(), settings);
        Self { task: tokio::spawn(workers.run(stop.waited())), stop }
    }

    pub fn ask_to_stop(&self) {
        self.stop.turn_on();
    }

    /// Stops and waits for the end.
    pub async fn stop(self) {
        self.stop.turn_on();
        tokio::time::timeout(PATIENCE, self.task).await.expect("the workers end").unwrap().unwrap();
    }

    /// Ends as a killed process does: without a word to the database.
    pub fn kill(self) {
        self.task.abort();
    }
}
