//! What has to be done from time to time, by any worker: forgetting what is older than its retention.

use crate::Environment;
use std::time::Duration;

/// How often.
const EVERY: Duration = Duration::from_mins(10);
/// Rows of one statement: short enough to disturb nobody.
const BATCH: i32 = 1000;

/// How long things are kept.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Deliveries, and what belongs to them.
    pub deliveries: chrono::Duration,
    /// The account of plugin calls.
    pub plugin_calls: chrono::Duration,
}

/// Runs until it is dropped. Several workers may do this at once: each takes rows that are still there.
pub async fn run(env: Environment, retention: Retention) {
    let mut tick = tokio::time::interval(EVERY);
    loop {
        tick.tick().await;
        if let Err(error) = forget(&env, retention).await {
            tracing::warn!(%error, "what is out of date could not be deleted; the next round tries again");
        }
    }
}

/// Deletes what is older than its retention and state that has expired, of all tenants. Returns how many rows went, not
/// counting plugin calls, of which whole days go.
pub async fn forget(env: &Environment, retention: Retention) -> Result<u64, store::Error> {
    let now = env.clock.now();
    store::plugin_calls::forget(env.db.pool(), now - retention.plugin_calls).await?;
    let mut gone = 0;
    loop {
        let some = store::ingest::purge(env.db.pool(), now - retention.deliveries, BATCH).await?
            + store::plugin_state::purge(env.db.pool(), now, BATCH).await?;
        if some == 0 {
            return Ok(gone);
        }
        gone += some;
    }
}
