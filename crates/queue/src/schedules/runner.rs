//! The task that fires schedules in a worker process: it sleeps until the next slot, or until
//! somebody says that there is another one.

use super::fire::turn;
use crate::{Queue, control::Control};
use chrono::{DateTime, Utc};
use domain::job::Lane;
use sqlx::PgPool;
use std::{sync::Arc, time::Duration};
use tokio::time::{sleep, timeout};

/// The shortest time between two looks: jobs of the timers lane wake this task too.
const ROUND: Duration = Duration::from_millis(50);
/// A database that does not answer for so long is asked again.
const PATIENCE: Duration = Duration::from_secs(30);
const AFTER_AN_ERROR: Duration = Duration::from_secs(1);

/// Fires for ever. Stopping it at any point leaves a transaction that is committed or was never there.
pub(crate) async fn run(queue: Queue, control: Arc<Control>, poll: Duration) {
    let mut woken = queue.wake.subscribe(Lane::Timers);
    loop {
        // What is said from here on is said to the next wait.
        woken.mark_unchanged();
        let wait = match control.ask(PATIENCE, async |pool| look(&queue, pool).await).await {
            Ok(until_next) => until_next.map_or(poll, |wait| wait.min(poll)),
            Err(error) => {
                tracing::warn!(%error, "schedules cannot be fired; trying again");
                poll.min(AFTER_AN_ERROR)
            }
        };
        sleep(ROUND.min(poll)).await;
        // Whichever it was: look.
        let _ = timeout(wait, woken.changed()).await;
    }
}

/// Fires what is due. Returns how long it is until the next slot, as far as there is one.
async fn look(queue: &Queue, pool: &PgPool) -> sqlx::Result<Option<Duration>> {
    let Some(next) = next(pool).await? else { return Ok(None) };
    let now = queue.clock.now();
    if next <= now {
        // Also when others are firing it and there is nothing to do: it may come back to us.
        turn(queue, pool).await?;
        return Ok(Some(Duration::ZERO));
    }
    // Timers count whole milliseconds: rather one too many than a look that comes too early.
    Ok(Some((next - now).to_std().unwrap_or_default() + Duration::from_millis(1)))
}

async fn next(pool: &PgPool) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("SELECT queue.next_schedule()").fetch_one(pool).await
}
