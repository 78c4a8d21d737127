//! System messages: WhatsApp speaks about a customer.
//!
//! Two of them say that a person is known by other ids from now on. A changed number brings a new
//! user id with it, so both sides may carry both; `from` is the old number, and there is no
//! `contacts` array (<https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/system>).

use plugin_sdk::event::IdentityChanged;
use plugin_sdk::{Event, Sender};
use serde_json::Value;

use super::message::{Head, ordinary};
use super::sender::{Directory, FROM, known_as};
use super::{Sink, content};
use crate::json;

/// The message itself, after the change of identity it tells about.
pub fn read(message: &Value, people: &Directory, sink: &mut Sink) {
    let change = identity_change(message);
    let sender = match &change {
        Some((_, current)) => Some(current.clone()),
        None => people.sender(message, FROM).or_else(|| message.get("system").and_then(current)),
    };
    let Some(sender) = sender else {
        return sink.malformed("message", "it names no customer", message);
    };
    let Some(head) = Head::with_sender(message, sender, sink) else {
        return;
    };
    if let Some((previous, current)) = change {
        sink.push(Event::IdentityChanged(IdentityChanged { previous, current, occurred_at_ms: head.occurred_at_ms }));
    }
    sink.push(ordinary(head, message, content::read(message), false));
}

/// As whom a person was and is known, if the message says that this changed.
fn identity_change(message: &Value) -> Option<(Sender, Sender)> {
    let system = message.get("system")?;
    let kind = system.get("type").and_then(Value::as_str)?;
    let tells = ["user_changed_number", "customer_changed_number", "user_changed_user_id"];
    if !tells.contains(&kind) {
        return None;
    }
    let current = current(system)?;
    let new_user = json::text(system, "user_id");
    // The message's own user id is the old one, like its number, unless it is said to be new.
    let old_user = json::text(system, "previous_user_id")
        .or_else(|| json::text(message, "from_user_id").filter(|id| Some(id) != new_user.as_ref()));
    let previous = known_as(old_user, json::text(system, "previous_parent_user_id"), json::text(message, "from"))?;
    (previous.ids != current.ids).then_some((previous, current))
}

/// The new side: older requests say `new_wa_id`.
fn current(system: &Value) -> Option<Sender> {
    known_as(
        json::text(system, "user_id"),
        json::text(system, "parent_user_id"),
        json::text(system, "new_wa_id").or_else(|| json::text(system, "wa_id")),
    )
}
