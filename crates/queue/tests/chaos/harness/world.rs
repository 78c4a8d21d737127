//! A database with a queue, what was put into it, and what became of that.

use super::{
    Act, Covered, Kind, PATIENCE, Plan, Task, eventually,
    ledger::{self, DONE, Event, OPEN, Sums},
};
use chrono::{DateTime, Utc};
use domain::{Clock, TenantId};
use postgres::app_options;
use queue::{EnqueueError, EnqueueOptions, Queue, Unfinished};
use sqlx::{
    ConnectOptions as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use test_support::TestDatabase;
use tokio::time::{Instant, sleep};

/// The lease of all workers: short, so that a scenario does not have to wait for long.
pub const LEASE: Duration = Duration::from_millis(1200);

pub struct World {
    /// How the product connects.
    pub app: PgConnectOptions,
    /// As the owner, to look.
    pub pool: PgPool,
    pub queue: Queue,
    pub tenant: TenantId,
    product: PgPool,
    next: AtomicI64,
    enqueued: Mutex<BTreeSet<i64>>,
    _database: Option<TestDatabase>,
}

impl World {
    /// A database of its own on the server that all tests share.
    pub async fn new() -> Arc<Self> {
        let database = TestDatabase::create().await;
        Self::of(&database.owner_options(), Some(database)).await
    }

    /// The database that the owner connects to, migrated already.
    pub async fn of(owner: &PgConnectOptions, database: Option<TestDatabase>) -> Arc<Self> {
        // When a server has gone away, an answer is wanted soon.
        let pool = |options| {
            PgPoolOptions::new().max_connections(8).acquire_timeout(Duration::from_secs(3)).connect_lazy_with(options)
        };
        let app = app_options(owner);
        let (owner, product) = (pool(owner.clone()), pool(app.clone()));
        sqlx::raw_sql(ledger::TABLE).execute(&owner).await.expect("a table can be made");
        Arc::new(Self {
            app,
            pool: owner,
            queue: Queue::new(product.clone(), Arc::new(MachineClock)),
            tenant: TenantId::new(),
            product,
            next: AtomicI64::new(1),
            enqueued: Mutex::default(),
            _database: database,
        })
    }

    /// A worker of all kinds that connects directly.
    pub fn plan(&self, name: &str) -> Plan {
        plan(name, &self.app)
    }

    /// A new task; its number is the highest so far.
    pub fn task(&self, key: Option<String>, act: Act) -> Task {
        let n = self.next.fetch_add(1, Ordering::SeqCst);
        Task { tenant: self.tenant, n, key, once: false, fails: 0, act, ballast: String::new() }
    }

    pub async fn push(&self, kind: Kind, tasks: Vec<Task>) {
        self.try_push(kind, tasks, &EnqueueOptions::default()).await.expect("it can be enqueued");
    }

    /// Enqueues in a transaction of its own. After an error it may be stored nevertheless.
    pub async fn try_push(&self, kind: Kind, tasks: Vec<Task>, options: &EnqueueOptions) -> Result<(), EnqueueError> {
        let numbers: Vec<_> = tasks.iter().map(|task| task.n).collect();
        let mut tx = self.product.begin().await?;
        sqlx::query("SELECT set_config('signalbox.tenant', $1, true)")
            .bind(self.tenant.to_string())
            .execute(&mut *tx)
            .await?;
        kind.enqueue(&mut tx, tasks, options).await?;
        tx.commit().await?;
        self.queue.wake(kind.lane());
        self.enqueued.lock().unwrap().extend(numbers);
        Ok(())
    }

    pub async fn open_gate(&self, task: &Task) {
        sqlx::query("INSERT INTO chaos_events (n, what, worker) VALUES ($1, $2, '')")
            .bind(task.n)
            .bind(OPEN)
            .execute(&self.pool)
            .await
            .expect("a gate can be opened");
    }

    pub async fn events(&self) -> sqlx::Result<Vec<Event>> {
        ledger::read(&self.pool).await
    }

    /// Waits until there are such events as `wanted` says.
    pub async fn until(&self, what: &str, wanted: impl Fn(&[Event]) -> bool) {
        eventually(what, async || Ok(wanted(&self.events().await?))).await;
    }

    /// How many effects there are.
    pub async fn effects(&self) -> sqlx::Result<i64> {
        sqlx::query_scalar("SELECT count(*) FROM chaos_events WHERE what = $1").bind(DONE).fetch_one(&self.pool).await
    }

    /// Waits until so many more effects have come.
    pub async fn progress(&self, what: &str, more: i64) {
        let mut before = None;
        eventually(what, async || {
            let effects = self.effects().await?;
            Ok(effects >= *before.get_or_insert(effects) + more)
        })
        .await;
    }

    /// Waits until so many jobs have not ended.
    pub async fn unfinished(&self, what: &str, count: usize) {
        let start = Instant::now();
        loop {
            let jobs = self.queue.unfinished(10_000).await;
            if jobs.as_ref().is_ok_and(|jobs| jobs.len() == count) {
                return;
            }
            if start.elapsed() > PATIENCE {
                let lines = |jobs: Vec<Unfinished>| {
                    let line =
                        |job: Unfinished| format!("{} {} {}, {:?}", job.state, job.kind, job.attempts, job.last_error);
                    jobs.into_iter().map(line).collect::<Vec<_>>()
                };
                panic!("not within {PATIENCE:?}: {what}, but {:#?}", jobs.map(lines));
            }
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until every job has ended, and checks all that was promised.
    pub async fn settle(&self) -> Sums {
        self.unfinished("every job has ended", 0).await;
        let dead = self.queue.newest_dead_letters(3).await.unwrap();
        assert!(dead.is_empty(), "{dead:?}");
        let enqueued = self.enqueued.lock().unwrap().clone();
        ledger::check(&self.events().await.unwrap(), &enqueued).unwrap_or_else(|wrong| panic!("{wrong}"))
    }
}

/// A worker of all kinds that connects so.
pub fn plan(name: &str, database: &PgConnectOptions) -> Plan {
    Plan {
        name: name.to_owned(),
        url: database.to_url_lossy().into(),
        kinds: vec![Kind::A, Kind::B, Kind::C],
        concurrency: 8,
        connections: 8,
        lease: LEASE,
        poll: Duration::from_millis(200),
        clock: None,
    }
}

impl Covered {
    pub fn of(sums: Sums) -> Self {
        let Sums { jobs, runs, repeated, refused } = sums;
        let note = format!("{runs} runs, {repeated} found their effect there, {refused} were refused");
        Self { jobs, notes: vec![note], ..Self::default() }
    }
}

struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
