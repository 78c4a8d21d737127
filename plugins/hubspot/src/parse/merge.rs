//! Contacts became one.

use plugin_sdk::event::IdentityChanged;
use serde_json::Value;

use crate::{json, person};

/// Every contact that is known by another id from now on.
///
/// `newObjectId` is the one that is left; before HubSpot made new ones, that was the primary.
pub fn identities(element: &Value, occurred_at_ms: i64) -> impl Iterator<Item = IdentityChanged> {
    let primary = json::text(element, "primaryObjectId");
    let current = json::text(element, "newObjectId").or_else(|| primary.clone());
    let merged = json::items(element, "mergedObjectIds").filter_map(id);
    let mut previous: Vec<String> = Vec::new();
    for id in primary.into_iter().chain(merged) {
        if current.as_ref().is_some_and(|current| *current != id) && !previous.contains(&id) {
            previous.push(id);
        }
    }
    let current = current.unwrap_or_default();
    previous.into_iter().map(move |previous| IdentityChanged {
        previous: person::sender(&previous, None, None),
        current: person::sender(&current, None, None),
        occurred_at_ms,
    })
}

fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}
