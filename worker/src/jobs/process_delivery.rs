//! Turns a stored webhook request into messages, statuses and events.

use crate::{
    Environment,
    inbound::{self, Applied, Source},
    nul,
};
use anyhow::Context as _;
use domain::{TenantId, delivery::Outcome, jobs::ProcessDelivery};
use plugin_host::{CallContext, CallError, CallSecrets, Cause, Tape};
use plugin_sdk::{ErrorKind, Event, InboundRequest, http::Header};
use queue::{JobContext, JobError};
use serde_json::Value;
use std::sync::Arc;
use store::deliveries::{self, Delivery};

/// Why a delivery that was processed has not become all that it holds.
const LEFT_OUT: &str = "what a blocked contact sent was left out; process it again once they are not blocked";

/// Parses the request, then applies its events one by one: a bad one holds no other back.
pub async fn run(env: Arc<Environment>, job: ProcessDelivery, ctx: JobContext) -> Result<(), JobError> {
    let delivery = env.deliveries.load(job.tenant_id, job.delivery_id).await.map_err(JobError::retry)?;
    let Some(delivery) = delivery else {
        // The connection or the delivery was deleted meanwhile: nobody is left to tell.
        return Ok(());
    };
    let events = match parse(&env, &job, &ctx, &delivery).await {
        Ok(events) => events,
        Err(error) => return give_up_or_retry(&env, &job, &ctx, &error).await,
    };
    let source = Source {
        tenant: job.tenant_id,
        connection: delivery.connection_id,
        channel: delivery.plugin_id,
        delivery: job.delivery_id,
        received_at: delivery.received_at,
        trace_id: ctx.trace_id.clone(),
    };
    if let Err(error) = apply_all(&env, &source, &events).await {
        // A database that is away says nothing about the delivery.
        if ctx.last_attempt && !matches!(error, inbox::Error::Store(store::Error::Unavailable(_))) {
            let reason = format!("its events could not be stored: {error}");
            set_outcome(&env, job.tenant_id, &job, Outcome::Parked, Some(&reason)).await?;
            return Ok(());
        }
        return Err(JobError::retry(error));
    }
    Ok(())
}

/// Why a delivery has no events.
#[derive(Debug, thiserror::Error)]
enum ParseError {
    #[error(transparent)]
    Call(#[from] CallError),
    // With its causes: the outermost alone says only what was being done.
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

async fn parse(
    env: &Environment,
    job: &ProcessDelivery,
    ctx: &JobContext,
    delivery: &Delivery,
) -> Result<Vec<Event>, ParseError> {
    let plugin = env
        .plugins
        .get(&delivery.plugin_id, &delivery.plugin_version)
        .await
        .with_context(|| format!("loading the plugin `{}`", delivery.plugin_id))?;
    let call = CallContext {
        call_id: job.delivery_id.to_string(),
        attempt: ctx.attempt,
        now_ms: delivery.received_at.timestamp_millis().try_into().unwrap_or_default(),
        connection_id: delivery.connection_id.to_string(),
        settings: delivery.settings.clone(),
        // Reading a webhook needs neither secrets nor state.
        secrets: CallSecrets::default(),
        state: None,
        recorder: Some(env.records.of(job.tenant_id, delivery.connection_id, &ctx.into())),
        tape: Tape::off(),
    };
    let request = InboundRequest {
        method: delivery.method.clone(),
        path: String::new(),
        query: delivery.query.clone(),
        headers: headers(&delivery.headers),
        body: delivery.body.clone(),
    };
    let events = plugin.parse(&call, request).await?;
    if !may_hold_nul(&delivery.body) {
        return Ok(events);
    }
    Ok(events.into_iter().map(nul::without).collect())
}

/// Applies every event in a transaction of its own; the delivery is processed with the last.
async fn apply_all(env: &Environment, source: &Source, events: &[Event]) -> Result<(), inbox::Error> {
    let (mut failed, mut done, mut left_out) = (None, false, false);
    for (index, event) in events.iter().enumerate() {
        let position = i32::try_from(index).unwrap_or(i32::MAX);
        let is_last = index + 1 == events.len() && failed.is_none() && !left_out;
        match inbound::apply(env, source, position, event, is_last).await {
            Ok(applied) => {
                done = applied == Applied::Done;
                left_out |= applied == Applied::LeftOut;
            }
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) => Err(error),
        None if done => Ok(()),
        None => {
            let mut tx = env.db.begin(source.tenant).await?;
            let (now, reason) = (env.clock.now(), left_out.then_some(LEFT_OUT));
            deliveries::set_outcome(&mut tx, source.tenant, source.delivery, Outcome::Processed, reason, now).await?;
            Ok(tx.commit().await?)
        }
    }
}

/// A body that the plugin cannot read is failed at once; a plugin that breaks is tried again, then the delivery parks.
async fn give_up_or_retry(
    env: &Environment,
    job: &ProcessDelivery,
    ctx: &JobContext,
    error: &ParseError,
) -> Result<(), JobError> {
    let reason = error.to_string();
    if let ParseError::Call(CallError { cause: Cause::Plugin(error), .. }) = error
        && error.kind == ErrorKind::InvalidInput
    {
        return set_outcome(env, job.tenant_id, job, Outcome::Failed, Some(&reason)).await;
    }
    let outcome = if ctx.last_attempt { Outcome::Parked } else { Outcome::Received };
    set_outcome(env, job.tenant_id, job, outcome, Some(&reason)).await?;
    if ctx.last_attempt { Ok(()) } else { Err(JobError::retry(reason)) }
}

async fn set_outcome(
    env: &Environment,
    tenant: TenantId,
    job: &ProcessDelivery,
    outcome: Outcome,
    reason: Option<&str>,
) -> Result<(), JobError> {
    let mut tx = env.db.begin(tenant).await.map_err(JobError::retry)?;
    deliveries::set_outcome(&mut tx, tenant, job.delivery_id, outcome, reason, env.clock.now())
        .await
        .map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}

fn headers(stored: &Value) -> Vec<Header> {
    let pairs = stored.as_array().into_iter().flatten();
    pairs
        .filter_map(|pair| {
            let (name, value) = (pair.get(0)?.as_str()?, pair.get(1)?.as_str()?);
            Some(Header { name: name.to_owned(), value: value.as_bytes().to_vec() })
        })
        .collect()
}

/// Whether a JSON body can have brought a NUL character, or is no text at all.
fn may_hold_nul(body: &[u8]) -> bool {
    body.contains(&0) || body.windows(6).any(|window| window == br"\u0000")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_nul_character_becomes_the_replacement_character() {
        let event = json!({
            "event": "custom", "name": "a", "occurred_at_ms": 1, "data": { "deep": ["x\u{0}y"] }
        });
        let event = nul::without(serde_json::from_value(event).unwrap());
        assert_eq!(serde_json::to_value(event).unwrap()["data"]["deep"][0], "x\u{fffd}y");
        assert!(may_hold_nul(br#"{"a":"\u0000"}"#));
        assert!(!may_hold_nul(br#"{"a":"\u00e4"}"#));
    }

    #[test]
    fn stored_headers_come_back_as_pairs() {
        let stored = json!([["content-type", "application/json"], ["x", 1], "y"]);
        let headers = headers(&stored);
        assert_eq!(headers.len(), 1);
        assert_eq!((headers[0].name.as_str(), headers[0].value.as_slice()), ("content-type", &b"application/json"[..]));
    }
}
