//! Keeps the lease of this process alive, and frees the jobs of processes that no longer do.
//!
//! It runs on a thread and a connection of its own: handlers that keep every thread of the runtime
//! busy, or every connection of the pools, cost no lease.

use crate::{Queue, Settings, WorkerId, control::Control, held::Held, interval, registration, report};
use domain::job::Lane;
use sqlx::PgPool;
use std::{io, sync::Arc, thread, time::Duration};
use tokio::{
    runtime, select,
    sync::{oneshot, watch},
    time::{Instant, sleep},
};

/// Jobs that one statement rescues at most.
const RESCUE_BATCH: i32 = 500;

/// A running heartbeat. It stops when this is dropped.
pub(crate) struct Heartbeat {
    stop: watch::Sender<()>,
    stopped: oneshot::Receiver<()>,
}

/// What the heart knows.
pub(crate) struct Heart {
    pub(crate) queue: Queue,
    pub(crate) held: Arc<Held>,
    pub(crate) settings: Settings,
    /// What this process has handlers for.
    pub(crate) kinds: Vec<String>,
    /// Who this process is to the queue.
    pub(crate) worker: watch::Sender<Option<WorkerId>>,
}

impl Heartbeat {
    pub(crate) fn start(heart: Heart) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, mut stop_asked) = watch::channel(());
        let (done, stopped) = oneshot::channel();
        thread::Builder::new().name("queue-heartbeat".into()).spawn(move || {
            runtime.block_on(async {
                let control = Control::new(&heart.queue.pool, 1);
                select! {
                    () = heart.beat(&control) => {}
                    _ = stop_asked.changed() => {}
                }
                control.close().await;
            });
            // Nobody may be waiting for it.
            let _ = done.send(());
        })?;
        Ok(Self { stop, stopped })
    }

    /// Stops and waits until the connection is closed.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(());
        let _ = self.stopped.await;
    }
}

impl Heart {
    async fn beat(&self, control: &Control) {
        let lease = self.settings.lease;
        let pace = lease / 4;
        let mut reach = Reach::new(lease);
        // Until then it may be that the database takes runs to be here that are not.
        let mut doubtful_until = Instant::now();
        loop {
            // A database that does not answer in time has not been reached.
            let wait = match control.ask(pace, async |pool| self.extend(pool).await).await {
                Ok(()) => {
                    if reach.reached(Instant::now())
                        && let Err(error) = control.ask(lease, async |pool| rescue(&self.queue, pool).await).await
                    {
                        tracing::warn!(%error, "jobs of dead workers could not be looked for");
                    }
                    if self.held.was_doubtful() {
                        // Claims that are on their way now are known, or lost, by then.
                        doubtful_until = Instant::now() + lease * 2;
                    }
                    if Instant::now() < doubtful_until
                        && let Err(error) = control.ask(lease, async |pool| self.reconcile(pool).await).await
                    {
                        self.held.doubt();
                        tracing::warn!(%error, "what runs here could not be compared with what the database says");
                    }
                    pace
                }
                Err(error) => {
                    self.held.doubt();
                    tracing::warn!(%error, "the lease of this worker could not be extended; trying again");
                    pace / 8
                }
            };
            sleep(wait).await;
        }
    }

    async fn extend(&self, pool: &PgPool) -> sqlx::Result<()> {
        let lease = self.settings.lease;
        let worker = *self.worker.borrow();
        if let Some(worker) = worker {
            if registration::extend(pool, worker, lease).await? {
                return Ok(());
            }
            self.worker.send_replace(None);
            for run in self.held.lose_all() {
                report::lease_lost(run);
            }
        }
        let name = &self.settings.name;
        let worker = registration::register(pool, name, &self.settings.lanes, &self.kinds, lease).await?;
        tracing::debug!(%worker, "this process is a worker of the queue");
        self.worker.send_replace(Some(worker));
        Ok(())
    }
}

impl Heart {
    /// Gives back what the database takes to be running here, and is not.
    async fn reconcile(&self, pool: &PgPool) -> sqlx::Result<()> {
        let Some(worker) = *self.worker.borrow() else { return Ok(()) };
        let runs = self.held.runs();
        let ids: Vec<_> = runs.iter().map(|run| run.id.0).collect();
        let tokens: Vec<_> = runs.iter().map(|run| run.token.0).collect();
        let jobs = sqlx::query_scalar!(
            r#"SELECT queue.reconcile($1, $2, $3, $4) AS "jobs!""#,
            worker.0,
            &ids,
            &tokens,
            interval(self.settings.lease),
        )
        .fetch_one(pool)
        .await?;
        if jobs > 0 {
            tracing::warn!(jobs, "jobs that were said to run here, and did not, are ready again");
            for &lane in self.settings.lanes.keys() {
                self.queue.wake(lane);
            }
        }
        Ok(())
    }
}

async fn rescue(queue: &Queue, pool: &PgPool) -> sqlx::Result<()> {
    loop {
        let rows = sqlx::query!(r#"SELECT lane AS "lane!", jobs AS "jobs!" FROM queue.rescue($1)"#, RESCUE_BATCH)
            .fetch_all(pool)
            .await?;
        for row in &rows {
            report::rescued(&row.lane, row.jobs);
            if let Ok(lane) = row.lane.parse::<Lane>() {
                queue.wake(lane);
            }
        }
        if rows.iter().map(|row| row.jobs).sum::<i64>() < i64::from(RESCUE_BATCH) {
            return Ok(());
        }
    }
}

/// Since when this process has reached the database without a gap.
///
/// After an outage every lease has run out, though the workers live. Whoever is back first must not
/// take the jobs of the others: after one lease without a gap, all who live have spoken.
struct Reach {
    lease: Duration,
    since: Option<Instant>,
    last: Option<Instant>,
}

impl Reach {
    fn new(lease: Duration) -> Self {
        Self { lease, since: None, last: None }
    }

    /// Notes that the database was reached; says whether that has been so for one lease.
    fn reached(&mut self, now: Instant) -> bool {
        let gap = self.last.is_none_or(|last| now - last > self.lease * 3 / 4);
        self.last = Some(now);
        let since = *if gap { self.since.insert(now) } else { self.since.get_or_insert(now) };
        now - since >= self.lease
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_rescues_only_after_one_lease_without_a_gap() {
        let start = Instant::now();
        let at = |seconds: f32| start + Duration::from_secs_f32(seconds);
        let mut reach = Reach::new(Duration::from_secs(10));

        assert!(!reach.reached(at(0.0)), "it has just begun");
        assert!(!reach.reached(at(5.0)));
        assert!(reach.reached(at(10.0)));
        assert!(reach.reached(at(12.5)));

        assert!(!reach.reached(at(60.0)), "the database was away, and so were the other workers");
        assert!(!reach.reached(at(65.0)));
        assert!(reach.reached(at(70.0)));
    }
}
