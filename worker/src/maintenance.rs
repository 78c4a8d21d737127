//! What has to be done from time to time, by any worker: forgetting what is older than its retention, and asking for
//! what should have been done by now.

use crate::Environment;
use chrono::TimeDelta;
use domain::{
    TenantId,
    job::Job,
    jobs::{PollTrigger, RemoveConnection, SetUpWebhooks},
};
use std::time::Duration;
use store::connections::{deletion, polls, webhooks};

/// How often.
const EVERY: Duration = Duration::from_mins(10);
/// Rows of one statement: short enough to disturb nobody.
const BATCH: i32 = 1000;
/// How long a connection may be without its webhooks, or be about to go, before somebody asks again.
const OVERDUE: TimeDelta = TimeDelta::hours(1);
/// Connections that are asked for in one round.
const CONNECTIONS: i32 = 100;

/// What a session is recognised by, after its last use: no session lasts longer without being used.
const SESSIONS: TimeDelta = TimeDelta::days(366);
/// What the streams of a tenant told: whoever was away for longer reads everything anew.
const STREAMS: TimeDelta = TimeDelta::days(1);
/// Links of e-mails, after their end.
const LINKS: TimeDelta = TimeDelta::days(30);

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
        if let Err(error) = catch_up(&env).await {
            tracing::warn!(%error, "what is overdue could not be asked for; the next round tries again");
        }
    }
}

/// Asks for what the state of a connection wants and no change of it will bring: webhooks at the public URL of today,
/// those that a provider refused an hour ago, polls of triggers that lost their job, deletions whose job was given up. To
/// ask twice does no harm.
pub async fn catch_up(env: &Environment) -> Result<(), inbox::Error> {
    let (pool, overdue) = (env.db.pool(), env.clock.now() - OVERDUE);
    if let Some(hooks) = env.hooks() {
        for (tenant_id, connection_id) in webhooks::unregistered(pool, &hooks, overdue, CONNECTIONS).await? {
            ask(env, tenant_id, &SetUpWebhooks { tenant_id, connection_id }).await?;
        }
    }
    let now = env.clock.now();
    for (tenant, connection) in polls::unpolled(pool, inbox::lost_before(now), CONNECTIONS).await? {
        let mut tx = env.db.begin(tenant).await?;
        inbox::start_polls(&mut tx, tenant, connection, now).await?;
        tx.commit().await?;
        env.queue.wake(PollTrigger::LANE);
    }
    for (tenant_id, connection_id) in deletion::leftovers(pool, overdue, CONNECTIONS).await? {
        ask(env, tenant_id, &RemoveConnection { tenant_id, connection_id }).await?;
    }
    Ok(())
}

async fn ask<J: Job>(env: &Environment, tenant: TenantId, job: &J) -> Result<(), inbox::Error> {
    let mut tx = env.db.begin(tenant).await?;
    queue::enqueue(&mut tx, job).await?;
    tx.commit().await?;
    env.queue.wake(J::LANE);
    Ok(())
}

/// Deletes what is older than its retention and state that has expired, of all tenants. Returns how many rows went, not
/// counting plugin calls, of which whole days go.
pub async fn forget(env: &Environment, retention: Retention) -> Result<u64, store::Error> {
    let now = env.clock.now();
    store::plugin_calls::forget(env.db.pool(), now - retention.plugin_calls).await?;
    let mut gone = 0;
    loop {
        let some = store::ingest::purge(env.db.pool(), now - retention.deliveries, BATCH).await?
            + store::plugin_state::purge(env.db.pool(), now, BATCH).await?
            + store::action_runs::purge(env.db.pool(), now - retention.deliveries, BATCH).await?
            + store::streams::purge(env.db.pool(), now - STREAMS, BATCH).await?
            + store::sessions::purge(env.db.pool(), now - SESSIONS, now - LINKS, BATCH).await?;
        if some == 0 {
            return Ok(gone);
        }
        gone += some;
    }
}
