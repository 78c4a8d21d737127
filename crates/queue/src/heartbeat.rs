//! Keeps the leases of this process alive, and frees the jobs of processes that no longer do.
//!
//! It runs on a thread and a connection of its own: handlers that keep every thread of the runtime
//! busy, or every connection of the pools, cost no lease.

use crate::{Queue, RunToken, control, held::Held, interval, report};
use domain::job::Lane;
use sqlx::PgPool;
use std::{io, sync::Arc, thread, time::Duration};
use tokio::{
    runtime, select,
    sync::{oneshot, watch},
    time::{Instant, sleep, timeout},
};

/// Jobs that one statement rescues at most.
const RESCUE_BATCH: i32 = 500;

/// A running heartbeat. It stops when this is dropped.
pub(crate) struct Heartbeat {
    stop: watch::Sender<()>,
    stopped: oneshot::Receiver<()>,
}

impl Heartbeat {
    pub(crate) fn start(queue: Queue, held: Arc<Held>, lease: Duration) -> io::Result<Self> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, mut stop_asked) = watch::channel(());
        let (done, stopped) = oneshot::channel();
        thread::Builder::new().name("queue-heartbeat".into()).spawn(move || {
            runtime.block_on(async {
                let pool = control::pool(&queue.pool, 1);
                select! {
                    () = beat(&queue, &pool, &held, lease) => {}
                    _ = stop_asked.changed() => {}
                }
                pool.close().await;
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

async fn beat(queue: &Queue, pool: &PgPool, held: &Held, lease: Duration) {
    let pace = lease / 4;
    let mut reach = Reach::new(lease);
    loop {
        // A database that does not answer in time has not been reached.
        let wait = match timeout(pace, extend(pool, held, lease)).await {
            Ok(Ok(())) => {
                if reach.reached(Instant::now())
                    && let Err(error) = rescue(queue, pool).await
                {
                    tracing::warn!(%error, "jobs of dead workers could not be looked for");
                }
                pace
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "the leases of running jobs could not be extended; trying again");
                pace / 8
            }
            Err(_) => {
                tracing::warn!("the database does not answer; leases rest until it does");
                Duration::ZERO
            }
        };
        sleep(wait).await;
    }
}

async fn extend(pool: &PgPool, held: &Held, lease: Duration) -> sqlx::Result<()> {
    let runs = held.leased();
    let tenants: Vec<_> = runs.iter().map(|run| run.tenant.0).collect();
    let ids: Vec<_> = runs.iter().map(|run| run.id.0).collect();
    let tokens: Vec<_> = runs.iter().map(|run| run.token.0).collect();
    // Also without runs: it is how this process knows that it reaches the database.
    let lost = sqlx::query_scalar!(
        r#"SELECT token AS "token!" FROM queue.heartbeat($1, $2, $3, $4) AS token"#,
        &tenants,
        &ids,
        &tokens,
        interval(lease),
    )
    .fetch_all(pool)
    .await?;
    for token in lost {
        if let Some(run) = held.lost(RunToken(token)) {
            report::lease_lost(run);
        }
    }
    Ok(())
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
