//! The author changes a message, or takes it back; perhaps before the message itself has arrived.

use super::{Source, person};
use domain::{ConversationId, MessageId, event::EventKind};
use inbox::Transaction;
use plugin_sdk::event::{Event, MessageEdited, MessageRevoked};
use serde_json::{Value, json};
use store::messages;

/// New content for a message. `false`: a later edit is there already, or it was taken back.
pub async fn apply_edit(tx: &mut Transaction, source: &Source, event: &MessageEdited) -> Result<bool, inbox::Error> {
    let (tenant, now) = (tx.tenant(), tx.now());
    let Some((id, conversation)) = find(tx, source, &event.external_id).await? else {
        return keep(tx, source, &event.external_id, "edit", &json!(Event::MessageEdited(event.clone()))).await;
    };
    let at = person::time(event.occurred_at_ms, now);
    let (content, preview) = (json!(event.content), event.content.preview());
    let edited = messages::edit(tx.conn(), tenant, id, event.content.type_name(), &content, &preview, at).await?;
    if edited {
        tx.emit(conversation, EventKind::MessageEdited, json!({ "message_id": id })).await?;
    }
    Ok(edited)
}

/// A message is taken back. `false`: it was before.
pub async fn apply_revocation(
    tx: &mut Transaction,
    source: &Source,
    event: &MessageRevoked,
) -> Result<bool, inbox::Error> {
    let (tenant, now) = (tx.tenant(), tx.now());
    let Some((id, conversation)) = find(tx, source, &event.external_id).await? else {
        return keep(tx, source, &event.external_id, "revoke", &json!(Event::MessageRevoked(event.clone()))).await;
    };
    let revoked = messages::revoke(tx.conn(), tenant, id, person::time(event.occurred_at_ms, now)).await?;
    if revoked {
        tx.emit(conversation, EventKind::MessageRevoked, json!({ "message_id": id })).await?;
    }
    Ok(revoked)
}

async fn find(
    tx: &mut Transaction,
    source: &Source,
    external_id: &str,
) -> Result<Option<(MessageId, ConversationId)>, inbox::Error> {
    let tenant = tx.tenant();
    let found = messages::find_reported(tx.conn(), tenant, source.connection, external_id, None).await?;
    let Some(message) = found else { return Ok(None) };
    tx.conversation(message.conversation_id).await?;
    Ok(Some((message.id, message.conversation_id)))
}

async fn keep(
    tx: &mut Transaction,
    source: &Source,
    external_id: &str,
    kind: &str,
    data: &Value,
) -> Result<bool, inbox::Error> {
    let (tenant, now) = (tx.tenant(), tx.now());
    messages::early::keep(tx.conn(), tenant, source.connection, external_id, kind, data, now).await?;
    Ok(true)
}
