//! What fits no other event is kept as it came.

use super::Source;
use domain::event::EventKind;
use inbox::Transaction;
use plugin_sdk::event::Custom;
use serde_json::{Value, json};

/// Keeps an event of the plugin's own. `false`: this place of this delivery was kept before.
pub async fn apply(tx: &mut Transaction, source: &Source, position: i32, event: &Custom) -> Result<bool, inbox::Error> {
    keep(tx, source, position, &event.name, &event.data).await
}

/// Keeps anything under a name.
pub async fn keep(
    tx: &mut Transaction,
    source: &Source,
    position: i32,
    name: &str,
    data: &Value,
) -> Result<bool, inbox::Error> {
    let Some(id) = source.fresh_event_id(tx, position).await? else { return Ok(false) };
    let data = json!({ "name": name, "connection_id": source.connection, "data": data });
    tx.emit_apart_as(id, EventKind::PluginEvent, None, data);
    Ok(true)
}
