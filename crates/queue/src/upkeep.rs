//! What every worker process does for the queue beside its jobs. All of it may be done by several at once.

use crate::{
    Queue, WorkerId, cancellation::Cancellations, control::Control, history, holds, interval,
    registration::Registration,
};
use domain::job::Lane;
use sqlx::PgPool;
use std::{sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, sleep};

/// How soon a lifted hold, a breaker that may be probed, or a cancelled run is noticed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(30);
const PURGE_EVERY: Duration = Duration::from_mins(1);
const PURGE_BATCH: i32 = 10_000;

/// Brings back what nothing holds back any more, probes circuit breakers, and interrupts cancelled runs, for ever.
pub(crate) async fn look_after(
    queue: Queue,
    control: Arc<Control>,
    registration: Registration,
    cancellations: Cancellations,
) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let worker = *registration.borrow();
        let looked = control.ask(PATIENCE, async |pool| look_once(&queue, pool, worker, &cancellations).await).await;
        if let Err(error) = looked {
            tracing::debug!(%error, "the queue could not be looked after; trying again");
        }
    }
}

async fn look_once(
    queue: &Queue,
    pool: &PgPool,
    worker: Option<WorkerId>,
    cancellations: &Cancellations,
) -> sqlx::Result<()> {
    if let Some(worker) = worker {
        cancellations.look(pool, worker).await?;
    }
    let probed = sqlx::query_scalar!(r#"SELECT lane AS "lane!" FROM queue.probe_breakers($1) lane"#, queue.clock.now())
        .fetch_all(pool)
        .await?;
    for lane in probed.iter().filter_map(|lane| lane.parse::<Lane>().ok()) {
        queue.wake(lane);
    }
    holds::bring_back(queue, pool).await?;
    Ok(())
}

/// Forgets what has served its time, for ever.
pub(crate) async fn purge(queue: Queue, control: Arc<Control>, horizon: Duration) {
    loop {
        sleep(PURGE_EVERY).await;
        match control.ask(PURGE_EVERY, async |pool| purge_once(&queue, pool, horizon).await).await {
            Ok(0) => {}
            Ok(gone) => tracing::debug!(gone, "old idempotency keys, attempts, buckets and minutes were purged"),
            Err(error) => tracing::warn!(%error, "old idempotency keys, attempts, buckets and minutes were not purged"),
        }
    }
}

async fn purge_once(queue: &Queue, pool: &PgPool, horizon: Duration) -> sqlx::Result<i64> {
    let mut all = 0;
    let now = queue.clock.now();
    loop {
        let gone = sqlx::query_scalar!(
            r#"SELECT queue.purge($1, $2) + queue.purge_buckets($3, $2) + queue.purge_minutes($4, $2) AS "gone!""#,
            interval(horizon),
            PURGE_BATCH,
            now,
            now - history::KEPT,
        )
        .fetch_one(pool)
        .await?;
        all += gone;
        if gone < i64::from(PURGE_BATCH) {
            return Ok(all);
        }
    }
}
