//! From the sender that a plugin describes to the contact it is.

use super::Source;
use chrono::{DateTime, Utc};
use domain::event::EventKind;
use inbox::Transaction;
use plugin_sdk::{Sender, SenderId};
use serde_json::json;
use store::contacts::{Address, Person, Resolved};

/// The longest name that is kept, in characters.
pub const MAX_NAME: usize = 255;
/// The longest e-mail address that is kept, in characters.
pub const MAX_EMAIL: usize = 255;

/// What an event says about whether its sender has the addresses that it names, where the plugin does not say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// They speak: the channel has authenticated them.
    Speaks,
    /// Somebody speaks of them, or to them.
    IsSpokenOf,
}

/// The contact a sender is, made if it is new, with the event that says so. `None`: the event names nobody.
pub async fn resolve(
    tx: &mut Transaction,
    source: &Source,
    sender: &Sender,
    proof: Proof,
) -> Result<Option<Resolved>, inbox::Error> {
    let person = Person { connection: Some(source.connection), ..person(sender, proof) };
    if person.addresses.is_empty() {
        return Ok(None);
    }
    let (tenant, now) = (tx.tenant(), tx.now());
    let contact = store::contacts::resolve(tx.conn(), tenant, &source.channel, &person, now).await?;
    if contact.created {
        let data = json!({ "contact_id": contact.id, "channel": source.channel });
        tx.emit_apart(EventKind::ContactCreated, Some(contact.id), data);
    }
    Ok(Some(contact))
}

/// A sender in the store's words.
pub fn person(sender: &Sender, proof: Proof) -> Person {
    let address = |id: &SenderId| Address {
        kind: id.kind.clone(),
        value: id.value.clone(),
        verified: id.verified.unwrap_or(proof == Proof::Speaks),
    };
    let addresses = sender.ids.iter().map(address).collect();
    let email = sender.id(SenderId::EMAIL).map(|email| email.trim().to_lowercase());
    let name = sender.name.as_deref().or(sender.username.as_deref()).map(str::trim);
    Person {
        addresses,
        name: name.filter(|name| !name.is_empty()).map(|name| name.chars().take(MAX_NAME).collect()),
        phone: sender.phone.clone(),
        email: email.filter(|email| email.chars().count() <= MAX_EMAIL),
        connection: None,
    }
}

/// A provider's time. One that no calendar has is replaced by the time of arrival.
pub fn time(ms: i64, arrival: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms)
        .filter(|time| (1970..3000).contains(&chrono::Datelike::year(time)))
        .unwrap_or(arrival)
}
