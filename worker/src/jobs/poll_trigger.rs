//! Asks a provider for news, because it does not tell them by itself.
//!
//! The events are applied first, each under an id that follows from what it says; then the cursor moves on, with the job
//! of the next round. Whenever a worker dies in between, the same poll is made again, and what it brings a second time
//! changes nothing: so nothing is missed and nothing happens twice.

use super::reauthorize;
use crate::{
    Environment,
    inbound::{self, Source},
    nul,
    outcome::{self, Repeat},
    target::Target,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ConnectionId, DeliveryId, connection::ConnectionStatus, jobs::PollTrigger};
use plugin_host::Plugin;
use plugin_sdk::{Event, News};
use queue::{JobContext, JobError};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::connections::polls::{self, Progress};

/// How long a trigger rests whose poll was given up, unless its own interval is longer.
const REST: TimeDelta = TimeDelta::minutes(15);

/// Polls, if it is this job's round. Of a connection that is switched off the chain of jobs ends here; whoever switches
/// it on begins another.
pub async fn run(env: Arc<Environment>, job: PollTrigger, ctx: JobContext) -> Result<(), JobError> {
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    let poll = polls::load(&mut tx, job.connection_id, &job.trigger).await.map_err(JobError::retry)?;
    let target = Target::load(&env, &mut tx, job.tenant_id, job.connection_id).await.map_err(JobError::retry)?;
    let (Some(poll), Some(target)) = (poll.filter(|poll| poll.round == job.round), target) else { return Ok(()) };
    let every = target.plugin.manifest().trigger(&job.trigger).map(|trigger| trigger.every_s);
    let is_active = target.connection.status == ConnectionStatus::Active;
    let Some(every) = every.filter(|_| is_active) else {
        polls::stop(&mut tx, job.connection_id, &job.trigger, job.round).await.map_err(JobError::retry)?;
        return tx.commit().await.map_err(JobError::retry);
    };
    tx.commit().await.map_err(JobError::retry)?;
    let every = TimeDelta::seconds(every.into());
    let begun = env.clock.now();
    let (name, cursor) = (job.trigger.as_str(), poll.cursor.as_deref());
    let ask = |plugin: Arc<Plugin>, call| async move { plugin.poll(&call, name, cursor).await };
    match target.call(&env, ctx.id.to_string(), &ctx, ask).await {
        Ok(news) => {
            apply(&env, &job, &ctx, &target, &news).await.map_err(JobError::retry)?;
            let next_at = if news.more { begun } else { begun + every };
            let progress = Progress { cursor: news.cursor.as_deref(), problem: None, next_at };
            go_on(&env, &job, &ctx, &progress).await
        }
        Err(failure) => {
            let problem = outcome::told(&failure);
            let repeat = outcome::of_failed_call(&failure);
            if let Repeat::Later(error) = &repeat
                && !(ctx.last_attempt && matches!(error, JobError::Retry { .. }))
            {
                note(&env, &job, &problem).await?;
                return Err(error.clone());
            }
            if let Repeat::Reauthorize { why } = repeat {
                return Err(reauthorize(&env, &ctx, job.connection_id, &why).await);
            }
            let progress = Progress { cursor: None, problem: Some(&problem), next_at: begun + every.max(REST) };
            go_on(&env, &job, &ctx, &progress).await
        }
    }
}

async fn apply(
    env: &Environment,
    job: &PollTrigger,
    ctx: &JobContext,
    target: &Target,
    news: &News,
) -> Result<(), inbox::Error> {
    let received_at = env.clock.now();
    for event in &news.events {
        let event = nul::without(event.clone());
        let source = Source {
            tenant: job.tenant_id,
            connection: job.connection_id,
            channel: target.connection.plugin_id.clone(),
            delivery: origin(job.connection_id, &job.trigger, &event),
            received_at,
            trace_id: ctx.trace_id.clone(),
        };
        inbound::apply(env, &source, 0, &event, false).await?;
    }
    Ok(())
}

/// What stands in for the delivery of an event that was asked for: the same for the same event of the same trigger.
fn origin(connection: ConnectionId, trigger: &str, event: &Event) -> DeliveryId {
    let mut digest = Sha256::new();
    digest.update(connection.0.as_bytes());
    digest.update(trigger);
    digest.update([0]);
    digest.update(json!(event).to_string());
    let bytes = digest.finalize();
    // Version 8: an id of our own making (RFC 9562).
    uuid::Builder::from_custom_bytes(std::array::from_fn(|i| bytes[i])).into_uuid().into()
}

/// Ends the round and stores the job of the next.
async fn go_on(
    env: &Environment,
    job: &PollTrigger,
    ctx: &JobContext,
    progress: &Progress<'_>,
) -> Result<(), JobError> {
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    let now: DateTime<Utc> = env.clock.now();
    let next = polls::advance(&mut tx, job.connection_id, &job.trigger, job.round, progress, now).await;
    if let Some(round) = next.map_err(JobError::retry)? {
        let next = PollTrigger { round, ..job.clone() };
        let options = queue::EnqueueOptions { run_at: Some(progress.next_at), trace_id: None };
        queue::enqueue_with(&mut tx, &next, &options).await.map_err(JobError::retry)?;
    }
    tx.commit().await.map_err(JobError::retry)?;
    tracing::debug!(connection = %job.connection_id, trigger = job.trigger, job = %ctx.id, "polled");
    Ok(())
}

async fn note(env: &Environment, job: &PollTrigger, problem: &str) -> Result<(), JobError> {
    let mut tx = env.db.begin(job.tenant_id).await.map_err(JobError::retry)?;
    let now = env.clock.now();
    polls::trouble(&mut tx, job.connection_id, &job.trigger, problem, now).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_one_origin_per_connection_and_trigger() {
        let event =
            |at| serde_json::from_value(json!({"event": "custom", "name": "a", "occurred_at_ms": at, "data": 1}));
        let (one, other): (Event, Event) = (event(1).unwrap(), event(2).unwrap());
        let (a, b) = (ConnectionId::new(), ConnectionId::new());
        assert_eq!(origin(a, "t", &one), origin(a, "t", &one));
        for different in [origin(a, "t", &other), origin(a, "u", &one), origin(b, "t", &one)] {
            assert_ne!(origin(a, "t", &one), different);
        }
    }
}
