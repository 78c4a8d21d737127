//! A contact changes something about itself, or somebody changes it at the provider: its profile, its wishes.

use super::{
    Source,
    person::{self, Proof},
    profile,
};
use domain::event::EventKind;
use inbox::{Asking, Transaction};
use plugin_sdk::event::ContactChange;
use serde_json::json;
use store::contacts;

/// Notes the change. `false`: it names nobody, or it was done before.
///
/// `opted_out` among the changes says that the contact wants no (more) messages that it did not ask for.
pub async fn apply(
    tx: &mut Transaction,
    source: &Source,
    position: i32,
    event: &ContactChange,
) -> Result<bool, inbox::Error> {
    let Some(id) = source.fresh_event_id(tx, position).await? else { return Ok(false) };
    let Some(contact) = person::resolve(tx, source, &event.sender, Proof::IsSpokenOf).await? else { return Ok(false) };
    let (tenant, now) = (tx.tenant(), tx.now());
    if let Some(opted_out) = event.changes.get("opted_out").and_then(serde_json::Value::as_bool) {
        let since = opted_out.then(|| person::time(event.occurred_at_ms, now));
        contacts::set_opted_out(tx.conn(), tenant, contact.id, since, now).await?;
    }
    let fields = profile::hear(tx, &source.channel, contact.id, &event.profile, event.occurred_at_ms).await?;
    let data =
        json!({ "contact_id": contact.id, "channel": source.channel, "changes": event.changes, "fields": fields });
    tx.emit_apart_as(id, EventKind::ContactUpdated, Some(contact.id), data);
    tx.ask_about(contact.id, Asking::only(source.connection)).await?;
    Ok(true)
}
