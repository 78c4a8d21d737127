//! The same person, under another address: a new number, a new business-scoped id.

use super::{
    Source,
    person::{self, Proof},
};
use domain::event::EventKind;
use inbox::Transaction;
use plugin_sdk::event::IdentityChanged;
use serde_json::json;
use store::contacts;

/// Gives the contact its new addresses. `false`: one of the two names nobody, or it was done before.
pub async fn apply(
    tx: &mut Transaction,
    source: &Source,
    position: i32,
    event: &IdentityChanged,
) -> Result<bool, inbox::Error> {
    // The provider itself says who has which number now.
    let previous = person::person(&event.previous, Proof::Speaks);
    let current = person::person(&event.current, Proof::Speaks);
    if previous.addresses.is_empty() || current.addresses.is_empty() {
        return Ok(false);
    }
    let Some(id) = source.fresh_event_id(tx, position).await? else { return Ok(false) };
    let (tenant, now) = (tx.tenant(), tx.now());
    let contact = contacts::move_addresses(tx.conn(), tenant, &source.channel, &previous, &current, now).await?;
    // Which kinds changed, not the addresses: the log outlives them.
    let kinds: Vec<&str> = current.addresses.iter().map(|address| address.kind.as_str()).collect();
    let data = json!({ "contact_id": contact.id, "channel": source.channel, "kinds": kinds });
    tx.emit_apart_as(id, EventKind::ContactIdentityChanged, Some(contact.id), data);
    Ok(true)
}
