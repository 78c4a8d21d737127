//! Quick replies as WhatsApp shows them: the buttons of an interactive message.

use plugin_sdk::{OutboundContent, PluginError};
use serde_json::{Value, json};

/// The interactive message that a rich message becomes. The manifest names no other type than quick replies.
pub fn interactive(rich: &Value) -> Result<OutboundContent, PluginError> {
    let replies = rich.get("replies").and_then(Value::as_array);
    let Some(replies) = replies.filter(|_| rich["type"] == "quick_replies") else {
        return Err(PluginError::unsupported("of rich messages only quick replies can be sent"));
    };
    let button = |choice: &Value| json!({ "type": "reply", "reply": { "id": choice["id"], "title": choice["title"] } });
    let interactive = json!({
        "type": "button",
        "body": { "text": rich["text"] },
        "action": { "buttons": replies.iter().map(button).collect::<Vec<_>>() },
    });
    Ok(OutboundContent::Interactive { interactive })
}
