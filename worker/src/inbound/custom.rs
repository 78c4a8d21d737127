//! What fits no other event is kept as it came; if it is about a customer, in their conversation.

use super::{
    Source,
    person::{self, Proof},
};
use domain::{ContactId, event::EventKind};
use inbox::{Asking, Transaction};
use plugin_sdk::event::Custom;
use serde_json::{Value, json};
use store::conversations;

/// Keeps an event of the plugin's own. `false`: this place of this delivery was kept before.
///
/// A customer whom nobody has heard of becomes a contact: who orders may write tomorrow.
pub async fn apply(tx: &mut Transaction, source: &Source, position: i32, event: &Custom) -> Result<bool, inbox::Error> {
    let contact = match &event.sender {
        Some(sender) => person::resolve(tx, source, sender, Proof::IsSpokenOf).await?.map(|contact| contact.id),
        None => None,
    };
    let data = json!({
        "name": event.name, "connection_id": source.connection, "external_id": event.external_id,
        "occurred_at": person::time(event.occurred_at_ms, tx.now()), "data": event.data,
    });
    let kept = keep_about(tx, source, position, contact, data).await?;
    if let Some(contact) = contact.filter(|_| kept) {
        tx.ask_about(contact, Asking::only(source.connection)).await?;
    }
    Ok(kept)
}

/// Keeps anything under a name.
pub async fn keep(
    tx: &mut Transaction,
    source: &Source,
    position: i32,
    name: &str,
    data: &Value,
) -> Result<bool, inbox::Error> {
    let data = json!({ "name": name, "connection_id": source.connection, "data": data });
    keep_about(tx, source, position, None, data).await
}

async fn keep_about(
    tx: &mut Transaction,
    source: &Source,
    position: i32,
    contact: Option<ContactId>,
    data: Value,
) -> Result<bool, inbox::Error> {
    let Some(id) = source.fresh_event_id(tx, position).await? else { return Ok(false) };
    let tenant = tx.tenant();
    let conversation = match contact {
        Some(contact) => conversations::current_of(tx.conn(), tenant, contact).await?,
        None => None,
    };
    match conversation {
        Some(conversation) => tx.emit_as(id, conversation, EventKind::PluginEvent, data).await?,
        None => tx.emit_apart_as(id, EventKind::PluginEvent, contact, data),
    }
    Ok(true)
}
