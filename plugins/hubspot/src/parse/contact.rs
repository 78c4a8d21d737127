//! A contact was created, changed or restored.

use plugin_sdk::event::ContactChange;
use serde_json::{Map, Value, json};

use super::kind::Kind;
use crate::{json, person};

/// What HubSpot sends instead of a value that is sensitive.
const REDACTED: &str = "REDACTED";

/// The change; `None` for an element that names no contact.
///
/// `changes` holds HubSpot's word for it, the event's key for whoever must not count it twice, and
/// the properties that changed: `null` for one without a value, and none for one in `redacted`.
pub fn change(kind: &Kind, element: &Value, occurred_at_ms: i64, key: &str) -> Option<ContactChange> {
    let id = json::text(element, "objectId")?;
    let mut properties = Map::new();
    let mut redacted = Vec::new();
    if let Some(name) = json::text(element, "propertyName") {
        if is_redacted(element) {
            redacted.push(name);
        } else {
            properties.insert(name.clone(), json::text(element, "propertyValue").into());
        }
    }
    let profile = person::profile(&properties);
    let sender = person::sender(&id, None, profile.phone.as_deref());
    let mut changes = json!({
        "event_key": key,
        "change": kind.what,
        "contact_id": id,
        "properties": properties,
        "redacted": redacted,
    });
    if let Some(source) = json::text(element, "changeSource") {
        changes["change_source"] = source.into();
    }
    Some(ContactChange { sender, occurred_at_ms, changes, profile })
}

fn is_redacted(element: &Value) -> bool {
    let sensitive = element.get("isSensitive").and_then(Value::as_bool).unwrap_or(false);
    let value = element.get("propertyValue").and_then(Value::as_str);
    value == Some(REDACTED) || (sensitive && value.is_none())
}
