//! The workers of a process: one per lane, under a monitor, until the stop.

use crate::{
    Handlers, Queue, Settings, acker,
    backend::LaneBackend,
    buffer::Buffer,
    cancellation::Cancellations,
    control::Control,
    fetcher,
    handlers::Registry,
    heartbeat::{Heart, Heartbeat},
    held::Held,
    history::{self, Recorder},
    lane::{LaneRun, Phase},
    listener,
    registration::{self, Registration},
    runner::{self, Runner},
    schedules,
    slots::Slots,
    upkeep,
};
use apalis::layers::{WorkerBuilderExt, catch_panic::CatchPanicLayer};
use apalis_core::{
    monitor::{Monitor, MonitorError},
    worker::{builder::WorkerBuilder, ext::parallelize::ParallelizeExt},
};
use domain::job::Lane;
use std::{io, sync::Arc};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::sleep,
};

/// Connections for claims and acks, shared by all lanes of a process.
const CONTROL_CONNECTIONS: u32 = 6;

/// Workers that are ready to run.
pub struct Workers {
    queue: Queue,
    registry: Arc<Registry>,
    settings: Settings,
}

/// What the lanes of a process share.
struct Parts<'a> {
    control: &'a Arc<Control>,
    held: &'a Arc<Held>,
    phase: &'a watch::Receiver<Phase>,
    registration: &'a Registration,
    recorder: &'a Arc<Recorder>,
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
        let (worker, registration) = watch::channel(None);
        let heart = Heart {
            queue: self.queue.clone(),
            held: Arc::clone(&held),
            settings: self.settings.clone(),
            kinds: self.registry.all_kinds(),
            worker,
        };
        let heartbeat = Heartbeat::start(heart).map_err(WorkersError::Heartbeat)?;
        let control = Arc::new(Control::new(&self.queue.pool, CONTROL_CONNECTIONS));
        let (phase, phase_seen) = watch::channel(Phase::Running);

        // Dropping the set stops what is in it, also when this future is dropped.
        let mut tasks = JoinSet::new();
        tasks.spawn(listener::listen(self.queue.clone()));
        tasks.spawn(listener::ping(Arc::clone(&control)));
        tasks.spawn(upkeep::purge(self.queue.clone(), Arc::clone(&control), self.settings.idempotency_horizon));
        let recorder = Arc::new(Recorder::new());
        tasks.spawn(history::keep_writing(self.queue.clone(), Arc::clone(&control), Arc::clone(&recorder)));
        let cancellations = Cancellations::default();
        let queue = self.queue.clone();
        tasks.spawn(upkeep::look_after(queue, Arc::clone(&control), registration.clone(), cancellations.clone()));
        if self.settings.lanes.get(&Lane::Timers).is_some_and(|concurrency| *concurrency > 0) {
            tasks.spawn(schedules::run(self.queue.clone(), Arc::clone(&control), self.settings.poll));
        }
        let mut monitor = Monitor::new().should_restart(|worker, error| {
            tracing::error!(worker = worker.name(), %error, "a worker broke and is started again");
            true
        });
        for (&lane, &concurrency) in &self.settings.lanes {
            if concurrency > 0 && !self.registry.kinds(lane).is_empty() {
                let (phase, recorder) = (&phase_seen, &recorder);
                let parts = Parts { control: &control, held: &held, phase, registration: &registration, recorder };
                let lane = self.start_lane(lane, concurrency, &parts, &mut tasks);
                monitor = register(monitor, lane, concurrency, &cancellations);
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
        let (ended, clean) = tokio::select! {
            ended = monitor.run_with_signal(signal) => (ended.map_err(WorkersError::from), true),
            () = overdue => {
                tracing::error!("not every job could be handed back; the rest run again when the lease ends");
                (Ok(()), false)
            }
        };
        tasks.shutdown().await;
        heartbeat.stop().await;
        if let Err(error) = recorder.write(&control, self.queue.clock.now()).await {
            tracing::debug!(%error, "what became of the last attempts could not be written down");
        }
        let worker = *registration.borrow();
        if let Some(worker) = worker
            && let Err(error) =
                control.ask(lease, async |pool| registration::retire(pool, worker, clean && ended.is_ok()).await).await
        {
            tracing::warn!(%error, "this worker could not sign off; its lease ends by itself");
        }
        control.close().await;
        ended
    }

    fn start_lane(&self, lane: Lane, concurrency: usize, parts: &Parts<'_>, tasks: &mut JoinSet<()>) -> Arc<LaneRun> {
        let (acks, inbox) = mpsc::unbounded_channel();
        let run = Arc::new(LaneRun {
            lane,
            queue: self.queue.clone(),
            control: Arc::clone(parts.control),
            lease: self.settings.lease,
            registry: Arc::clone(&self.registry),
            held: Arc::clone(parts.held),
            registration: parts.registration.clone(),
            poll: self.settings.poll,
            buffer: Buffer::default(),
            slots: Slots::new(concurrency),
            phase: parts.phase.clone(),
            fetched: watch::Sender::new(false),
            acks,
            recorder: Arc::clone(parts.recorder),
        });
        tasks.spawn(acker::run(Arc::clone(&run), inbox));
        tasks.spawn(fetcher::run(Arc::clone(&run)));
        run
    }
}

/// From the outside in: acks (the backend's layer), concurrency, a task per job, panics, the handler.
fn register(monitor: Monitor, lane: Arc<LaneRun>, concurrency: usize, cancellations: &Cancellations) -> Monitor {
    let cancellations = cancellations.clone();
    monitor.register(move |_| {
        let spawning = Arc::clone(&lane);
        WorkerBuilder::new(lane.lane.as_str())
            .backend(LaneBackend::new(Arc::clone(&lane)))
            .concurrency(concurrency)
            .parallelize(move |attempt| runner::spawn(Arc::clone(&spawning), attempt))
            .layer(CatchPanicLayer::with_panic_handler(runner::panicked))
            .build(Runner { registry: Arc::clone(&lane.registry), cancellations: cancellations.clone() })
    })
}
