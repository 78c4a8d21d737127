//! From one webhook to events: every element of the array.
//!
//! An app subscribes to events in one of two shapes that mean the same: `contact.creation`, and
//! `object.creation` of the `objectTypeId` `0-1`. Both get the name of the first. Nothing is lost:
//! what is not known is kept under HubSpot's own name, what cannot be read as it came. Order and
//! uniqueness are not HubSpot's promise
//! (<https://developers.hubspot.com/docs/apps/legacy-apps/public-apps/create-generic-webhook-subscriptions>).

mod contact;
mod kind;
mod merge;

use plugin_sdk::event::Custom;
use plugin_sdk::{Event, PluginError, Sender};
use serde_json::{Value, json};

use crate::settings::Settings;
use crate::{json, person};
use kind::Kind;

/// The events of a webhook that concern this connection's account. `now_ms` stands in where HubSpot
/// gives no time.
pub fn webhook(settings: &Settings, now_ms: i64, body: &[u8]) -> Result<Vec<Event>, PluginError> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| PluginError::invalid_input(format!("the body is not JSON: {error}")))?;
    let Value::Array(elements) = body else {
        return Err(PluginError::invalid_input("not a webhook of HubSpot: the body is no array"));
    };
    let mut events = Vec::with_capacity(elements.len());
    for element in elements {
        // One that names no account is nobody else's.
        if json::text(&element, "portalId").is_none_or(|portal| portal == settings.portal_id) {
            read(element, now_ms, &mut events);
        }
    }
    Ok(events)
}

fn read(element: Value, now_ms: i64, events: &mut Vec<Event>) {
    let occurred_at_ms = element.get("occurredAt").and_then(Value::as_i64).unwrap_or(now_ms);
    let Some(kind) = Kind::of(&element) else {
        let data = json!({ "reason": "an event without a subscriptionType", "raw": element });
        events.push(custom("malformed_event", occurred_at_ms, None, None, data));
        return;
    };
    let key = key(&element);
    if kind.is_contact() {
        match kind.what.as_str() {
            "creation" | "propertyChange" | "restore" => {
                if let Some(change) = contact::change(&kind, &element, occurred_at_ms, &key) {
                    events.push(Event::Contact(change));
                    return;
                }
            }
            "merge" => events.extend(merge::identities(&element, occurred_at_ms).map(Event::IdentityChanged)),
            _ => {}
        }
    }
    let sender = kind.about(&element).map(|id| person::sender(&id, None, None));
    events.push(custom(&kind.name(), occurred_at_ms, Some(key), sender, element));
}

fn custom(name: &str, occurred_at_ms: i64, external_id: Option<String>, sender: Option<Sender>, data: Value) -> Event {
    Event::Custom(Custom { name: format!("hubspot.{name}"), occurred_at_ms, external_id, sender, data })
}

/// What makes two elements the same event: `eventId` alone is not unique, and `attemptNumber`
/// counts deliveries of the same. An association has two objects instead of one; of a change of
/// several properties each is an event, and they may differ in nothing else.
fn key(element: &Value) -> String {
    let part = |name| json::text(element, name);
    let object = part("objectId").or_else(|| Some(format!("{}-{}", part("fromObjectId")?, part("toObjectId")?)));
    let parts = [part("portalId"), part("subscriptionType"), object, part("eventId"), part("occurredAt")];
    let mut key = parts.map(Option::unwrap_or_default).join("/");
    if let Some(property) = part("propertyName") {
        key.push('/');
        key.push_str(&property);
    }
    key
}
