//! A worker process: what it is told, and what it runs.

use super::{
    handler::Env,
    tasks::{A, B, C, Kind},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{Clock, job::Lane};
use queue::{Handlers, Queue, Settings, Workers};
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Read as _},
    path::PathBuf,
    process::{self, ExitCode},
    sync::Arc,
    thread,
    time::Duration,
};
use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
};

/// The environment variable that makes this program a worker, and holds its [`Plan`].
pub const PLAN: &str = "SIGNALBOX_CHAOS_WORKER";

/// How long a handler waits for the database; then its attempt has failed.
pub const DATABASE_PATIENCE: Duration = Duration::from_secs(3);

/// How a worker process is to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    pub name: String,
    pub url: String,
    pub kinds: Vec<Kind>,
    /// Jobs at once, in each lane.
    pub concurrency: usize,
    /// Connections of the pool that its handlers use.
    pub connections: u32,
    pub lease: Duration,
    pub poll: Duration,
    /// A file that says by how many seconds its clock is wrong.
    pub clock: Option<PathBuf>,
}

/// Runs until SIGTERM, or until whoever started it is gone.
pub fn main(plan: &str) -> ExitCode {
    thread::spawn(|| {
        // Nothing is ever said here: this returns when the other end is closed.
        let _ = io::stdin().read(&mut [0]);
        process::exit(3);
    });
    if let Ok(level) = env::var("SIGNALBOX_CHAOS_LOG") {
        tracing_subscriber::fmt().with_env_filter(level).with_writer(io::stderr).init();
    }
    let plan: Plan = serde_json::from_str(plan).expect("a plan");
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(work(plan));
    ExitCode::SUCCESS
}

async fn work(plan: Plan) {
    let database: PgConnectOptions = plan.url.parse().expect("a URL");
    let pool = |connections| {
        // A fenced transaction that a frozen worker left open holds its job until the server ends the transaction.
        let database = database.clone().options([("idle_in_transaction_session_timeout", "2s")]);
        PgPoolOptions::new().max_connections(connections).acquire_timeout(DATABASE_PATIENCE).connect_lazy_with(database)
    };
    let product = pool(plan.connections);
    let env = Env { worker: plan.name, product: product.clone(), aside: pool(4) };
    let mut handlers = Handlers::new(env);
    for kind in plan.kinds {
        handlers = match kind {
            Kind::A => handlers.register(|env: Env, A(task), ctx| env.run("a", task, ctx)),
            Kind::B => handlers.register(|env: Env, B(task), ctx| env.run("b", task, ctx)),
            Kind::C => handlers.register(|env: Env, C(task), ctx| env.run("c", task, ctx)),
        };
    }
    let settings = Settings {
        lanes: BTreeMap::from([(Lane::Live, plan.concurrency), (Lane::Bulk, plan.concurrency)]),
        lease: plan.lease,
        poll: plan.poll,
        ..Settings::default()
    };
    let mut terminated = signal(SignalKind::terminate()).expect("signals can be heard");
    let stop = async { terminated.recv().await.unwrap_or_default() };
    let queue = Queue::new(product, Arc::new(WrongClock(plan.clock)));
    Workers::new(queue, handlers, settings).run(stop).await.expect("workers end as they are asked to");
}

/// The machine's time, and as many seconds more as the file says.
struct WrongClock(Option<PathBuf>);

impl Clock for WrongClock {
    fn now(&self) -> DateTime<Utc> {
        let wrong = self.0.as_ref().and_then(|file| fs::read_to_string(file).ok()?.trim().parse().ok());
        Utc::now() + TimeDelta::seconds(wrong.unwrap_or(0))
    }
}
