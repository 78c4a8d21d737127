//! What became of a message of ours.

use plugin_sdk::event::{Custom, Status, StatusError, StatusState};
use plugin_sdk::{Event, Sender};
use serde_json::Value;

use super::Sink;
use super::sender::{Directory, PARTICIPANT, RECIPIENT};
use crate::{errors, json};

/// One status. A state that is none of ours, such as `deleted`, is kept as a custom event.
pub fn read(status: &Value, people: &Directory, sink: &mut Sink) {
    let Some(external_id) = json::text(status, "id") else {
        return sink.malformed("status", "it has no id", status);
    };
    let name = json::text(status, "status");
    let Some(state) = name.as_deref().and_then(state) else {
        let name = name.map_or_else(|| "status".to_owned(), |name| format!("status_{name}"));
        return sink.push(Event::Custom(Custom {
            name: format!("whatsapp.{name}"),
            occurred_at_ms: sink.time(status),
            external_id: Some(external_id),
            sender: None,
            data: status.clone(),
        }));
    };
    sink.push(Event::Status(Status {
        external_id,
        state,
        occurred_at_ms: sink.time(status),
        recipient: recipient(status, people),
        reference: json::text(status, "biz_opaque_callback_data"),
        error: status.pointer("/errors/0").and_then(error),
        pricing: json::present(status, "pricing"),
    }));
}

fn state(name: &str) -> Option<StatusState> {
    Some(match name {
        "sent" => StatusState::Sent,
        "delivered" => StatusState::Delivered,
        // Of a voice message: it was opened, and listened to.
        "read" | "played" => StatusState::Read,
        "failed" => StatusState::Failed,
        _ => return None,
    })
}

/// Of a group message `recipient_id` is the group, and the person stands elsewhere.
fn recipient(status: &Value, people: &Directory) -> Option<Sender> {
    let to_group = status.get("recipient_type").and_then(Value::as_str) == Some("group");
    people.sender(status, if to_group { PARTICIPANT } else { RECIPIENT })
}

fn error(error: &Value) -> Option<StatusError> {
    let code = json::text(error, "code")?;
    let reason = code.parse().map_or(plugin_sdk::FailureReason::Other, errors::reason);
    let title = json::text(error, "title").or_else(|| json::text(error, "message"));
    Some(StatusError {
        code,
        title: title.unwrap_or_default(),
        detail: error.get("error_data").and_then(|data| json::text(data, "details")),
        reason,
    })
}
