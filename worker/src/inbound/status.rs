//! A report about a message of ours. It only ever moves the message forward.

use super::{Source, person};
use crate::Environment;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, DeliveryId, TenantId, event::Actor, message::DeliveryStatus};
use inbox::{Cause, Report, Transaction};
use plugin_sdk::{
    Event, FailureReason,
    event::{Status, StatusState},
};
use serde_json::json;
use store::messages::early;

/// Applies a report, or keeps it until its message is known; `processed` is the delivery that is done with it.
pub async fn apply(
    env: &Environment,
    source: &Source,
    status: &Status,
    processed: Option<DeliveryId>,
) -> Result<(), inbox::Error> {
    let kind = format!("status:{:?}", status.state).to_lowercase();
    let report = Report {
        trace_id: source.trace_id.clone(),
        early: Some((kind, json!(Event::Status(status.clone())))),
        processed,
        ..report(source.connection, status, env.inbox.now())
    };
    let reported = env.reports.apply(source.tenant, report).await?;
    if reported.overtaken {
        apply_overtakers(env, source.tenant, source.connection, &status.external_id, source.trace_id.clone()).await?;
    }
    Ok(())
}

/// Applies a report that overtook its message, with the change that makes the message known.
pub async fn apply_early(tx: &mut Transaction, connection: ConnectionId, status: &Status) -> Result<(), inbox::Error> {
    let report = Report { trace_id: tx.cause().trace_id.clone(), ..report(connection, status, tx.now()) };
    tx.report(report).await
}

/// Applies the reports that came before the provider's id of their message was known.
pub async fn apply_overtakers(
    env: &Environment,
    tenant: TenantId,
    connection: ConnectionId,
    external_id: &str,
    trace_id: Option<String>,
) -> Result<(), inbox::Error> {
    let mut tx = env.inbox.begin(tenant, Cause::of(Actor::Channel, trace_id)).await?;
    for kept in early::take(tx.conn(), tenant, connection, external_id).await? {
        if let Ok(Event::Status(status)) = serde_json::from_value(kept) {
            apply_early(&mut tx, connection, &status).await?;
        }
    }
    tx.commit().await
}

fn report(connection: ConnectionId, status: &Status, now: DateTime<Utc>) -> Report {
    Report {
        connection,
        external_id: Some(status.external_id.clone()),
        message: status.reference.as_deref().and_then(|id| id.parse().ok()),
        to: status_of(status.state),
        error: status.error.as_ref().map(|error| json!(error)),
        opted_out: status.error.as_ref().is_some_and(|error| error.reason == FailureReason::OptedOut),
        actor: Actor::Channel,
        details: json!({
            "occurred_at": person::time(status.occurred_at_ms, now),
            "reason": status.error.as_ref().map(|error| error.reason),
            "code": status.error.as_ref().map(|error| &error.code),
        }),
        trace_id: None,
        early: None,
        processed: None,
    }
}

const fn status_of(state: StatusState) -> DeliveryStatus {
    match state {
        StatusState::Sent => DeliveryStatus::Sent,
        StatusState::Delivered => DeliveryStatus::Delivered,
        StatusState::Read => DeliveryStatus::Read,
        StatusState::Failed => DeliveryStatus::Failed,
    }
}
