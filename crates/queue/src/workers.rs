//! The workers of a process: one per lane, under a monitor, until the stop.

use crate::{
    Handlers, Queue, Settings, acker,
    backend::LaneBackend,
    buffer::Buffer,
    control, fetcher,
    handlers::Registry,
    heartbeat::Heartbeat,
    held::Held,
    interval,
    lane::{LaneRun, Phase},
    listener,
    runner::{self, Runner},
    slots::Slots,
};
use apalis::layers::{WorkerBuilderExt, catch_panic::CatchPanicLayer};
use apalis_core::{
    monitor::{Monitor, MonitorError},
    worker::{builder::WorkerBuilder, ext::parallelize::ParallelizeExt},
};
use domain::job::Lane;
use sqlx::PgPool;
use std::{io, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::sleep,
};

/// Connections for claims and acks, shared by all lanes of a process.
const CONTROL_CONNECTIONS: u32 = 6;
const PURGE_EVERY: Duration = Duration::from_mins(1);
const PURGE_BATCH: i32 = 10_000;

/// Workers that are ready to run.
pub struct Workers {
    queue: Queue,
    registry: Arc<Registry>,
    settings: Settings,
}

/// Why workers ended other than as asked.
#[derive(Debug, thiserror::Error)]
pub enum WorkersError {
    /// The heartbeat's thread could not be started.
    #[error("the heartbeat could not be started")]
    Heartbeat(#[source] io::Error),
    /// The monitor reports a worker that broke.
    #[error("a worker broke")]
    Monitor(#[from] MonitorError),
}

impl Workers {
    /// Workers for the lanes in `settings`, for the kinds of jobs that have a handler.
    pub fn new<S: Clone + Send + Sync + 'static>(queue: Queue, handlers: Handlers<S>, settings: Settings) -> Self {
        Self { queue, registry: Arc::new(handlers.registry()), settings }
    }

    /// Runs until `stop` is done, then drains: claims no more, hands back at once what was not
    /// started, lets running jobs finish for [`Settings::drain`], interrupts and hands back the rest.
    ///
    /// If the database is away at the end, what could not be handed back runs again elsewhere when
    /// its lease has run out.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<(), WorkersError> {
        let Settings { lease, drain, .. } = self.settings;
        let held = Arc::new(Held::default());
        let heartbeat =
            Heartbeat::start(self.queue.clone(), Arc::clone(&held), lease).map_err(WorkersError::Heartbeat)?;
        let control = control::pool(&self.queue.pool, CONTROL_CONNECTIONS);
        let (phase, phase_seen) = watch::channel(Phase::Running);

        // Dropping the set stops what is in it, also when this future is dropped.
        let mut tasks = JoinSet::new();
        tasks.spawn(listener::listen(self.queue.clone()));
        tasks.spawn(listener::ping(control.clone()));
        tasks.spawn(purge(control.clone(), self.settings.idempotency_horizon));
        let mut monitor = Monitor::new().should_restart(|worker, error| {
            tracing::error!(worker = worker.name(), %error, "a worker broke and is started again");
            true
        });
        for (&lane, &concurrency) in &self.settings.lanes {
            if concurrency > 0 && !self.registry.kinds(lane).is_empty() {
                let lane = self.start_lane(lane, concurrency, &control, &held, &phase_seen, &mut tasks);
                monitor = register(monitor, lane, concurrency);
            }
        }

        let signal = async {
            stop.await;
            phase.send_replace(Phase::Draining);
            Ok(())
        };
        let overdue = async {
            // The sender lives as long as this future does.
            let _ = phase_seen.clone().wait_for(|phase| *phase == Phase::Draining).await;
            sleep(drain).await;
            phase.send_replace(Phase::Interrupting);
            // Interrupted jobs are handed back, if the database is there; their leases end anyway.
            sleep(lease).await;
        };
        let ended = tokio::select! {
            ended = monitor.run_with_signal(signal) => ended.map_err(WorkersError::from),
            () = overdue => {
                tracing::error!("not every job could be handed back; the rest run again when their leases end");
                Ok(())
            }
        };
        tasks.shutdown().await;
        heartbeat.stop().await;
        control.close().await;
        ended
    }

    fn start_lane(
        &self,
        lane: Lane,
        concurrency: usize,
        control: &PgPool,
        held: &Arc<Held>,
        phase: &watch::Receiver<Phase>,
        tasks: &mut JoinSet<()>,
    ) -> Arc<LaneRun> {
        let (acks, inbox) = mpsc::unbounded_channel();
        let run = Arc::new(LaneRun {
            lane,
            queue: self.queue.clone(),
            control: control.clone(),
            registry: Arc::clone(&self.registry),
            held: Arc::clone(held),
            lease: self.settings.lease,
            poll: self.settings.poll,
            buffer: Buffer::default(),
            slots: Slots::new(concurrency),
            phase: phase.clone(),
            fetched: watch::Sender::new(false),
            acks,
        });
        tasks.spawn(acker::run(Arc::clone(&run), inbox));
        tasks.spawn(fetcher::run(Arc::clone(&run)));
        run
    }
}

/// From the outside in: acks (the backend's layer), concurrency, a task per job, panics, the handler.
fn register(monitor: Monitor, lane: Arc<LaneRun>, concurrency: usize) -> Monitor {
    monitor.register(move |_| {
        let spawning = Arc::clone(&lane);
        WorkerBuilder::new(lane.lane.as_str())
            .backend(LaneBackend::new(Arc::clone(&lane)))
            .concurrency(concurrency)
            .parallelize(move |attempt| runner::spawn(Arc::clone(&spawning), attempt))
            .layer(CatchPanicLayer::with_panic_handler(runner::panicked))
            .build(Runner(Arc::clone(&lane.registry)))
    })
}

/// Forgets what has served its time.
async fn purge(pool: PgPool, horizon: Duration) {
    loop {
        sleep(PURGE_EVERY).await;
        let gone = sqlx::query_scalar!(r#"SELECT queue.purge($1, $2) AS "gone!""#, interval(horizon), PURGE_BATCH)
            .fetch_one(&pool)
            .await;
        match gone {
            Ok(0) => {}
            Ok(gone) => tracing::debug!(gone, "old idempotency keys and attempts were purged"),
            Err(error) => tracing::warn!(%error, "old idempotency keys and attempts could not be purged"),
        }
    }
}
