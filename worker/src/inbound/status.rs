//! A report about a message of ours. It only ever moves the message forward.

use super::{Source, person};
use domain::{
    MessageId,
    event::EventKind,
    message::{DeliveryStatus, Direction},
};
use inbox::Transaction;
use plugin_sdk::{
    Event, FailureReason,
    event::{Status, StatusState},
};
use serde_json::json;
use store::messages;

/// Applies a report, or keeps it until its message is known. `false`: it says nothing new.
pub async fn apply(tx: &mut Transaction, source: &Source, report: &Status) -> Result<bool, inbox::Error> {
    let (tenant, now) = (tx.tenant(), tx.now());
    let reference: Option<MessageId> = report.reference.as_deref().and_then(|id| id.parse().ok());
    let found = messages::find_reported(tx.conn(), tenant, source.connection, &report.external_id, reference).await?;
    let Some(message) = found.filter(|message| message.direction == Direction::Outbound) else {
        let kind = format!("status:{:?}", report.state).to_lowercase();
        let data = json!(Event::Status(report.clone()));
        messages::early::keep(tx.conn(), tenant, source.connection, &report.external_id, &kind, &data, now).await?;
        return Ok(true);
    };
    let to = status_of(report.state);
    let error = report.error.as_ref().map(|error| json!(error));
    // The conversation first, as everywhere: who locks the message first could wait for the one who waits for it.
    tx.conversation(message.conversation_id).await?;
    let moved = messages::advance(tx.conn(), tenant, message.id, to, Some(&report.external_id), error.as_ref()).await?;
    if !moved {
        return Ok(false);
    }
    let data = json!({
        "message_id": message.id, "from": message.status, "to": to,
        "occurred_at": person::time(report.occurred_at_ms, now),
        "reason": report.error.as_ref().map(|error| error.reason),
        "code": report.error.as_ref().map(|error| &error.code),
    });
    tx.emit(message.conversation_id, EventKind::MessageStatusChanged, data).await?;
    if report.error.as_ref().is_some_and(|error| error.reason == FailureReason::OptedOut) {
        let contact = tx.conversation(message.conversation_id).await?.contact_id;
        store::contacts::set_opted_out(tx.conn(), tenant, contact, Some(now), now).await?;
    }
    Ok(true)
}

const fn status_of(state: StatusState) -> DeliveryStatus {
    match state {
        StatusState::Sent => DeliveryStatus::Sent,
        StatusState::Delivered => DeliveryStatus::Delivered,
        StatusState::Read => DeliveryStatus::Read,
        StatusState::Failed => DeliveryStatus::Failed,
    }
}
