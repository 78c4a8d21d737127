//! Webhooks of the provider into events.

use serde::Deserialize;
use serde_json::Value;
use signalbox_plugin_sdk::event::{Custom, Event, Message, Status, StatusState};
use signalbox_plugin_sdk::{Content, PluginError, Sender, SenderId};

/// A webhook, as far as it is read here. Times are seconds since the Unix epoch.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Webhook {
    /// A customer wrote.
    Message { id: String, from: String, name: Option<String>, text: String, at: i64 },
    /// A message of ours moved on.
    Status { id: String, state: StatusState, at: i64 },
}

/// The events of one webhook.
pub fn webhook(now_ms: i64, body: &[u8]) -> Result<Vec<Event>, PluginError> {
    let raw: Value = serde_json::from_slice(body)
        .map_err(|error| PluginError::invalid_input(format!("the body: {error}")))?;
    let event = match Webhook::deserialize(&raw) {
        Ok(Webhook::Message { id, from, name, text, at }) => Event::Message(Message {
            external_id: id,
            thread: None,
            sender: Sender {
                ids: vec![SenderId::phone(&from)],
                name,
                phone: Some(from),
                ..Sender::default()
            },
            occurred_at_ms: at * 1000,
            content: Content::Text { text },
            reply_to: None,
            forwarded: false,
            referral: None,
            context: None,
            echo: false,
        }),
        Ok(Webhook::Status { id, state, at }) => Event::Status(Status {
            external_id: id,
            state,
            occurred_at_ms: at * 1000,
            recipient: None,
            reference: None,
            error: None,
            pricing: None,
        }),
        // What is not known here is kept, never lost.
        Err(_) => Event::Custom(Custom {
            name: "{{name}}.webhook".to_owned(),
            occurred_at_ms: now_ms,
            external_id: None,
            sender: None,
            data: raw,
        }),
    };
    Ok(vec![event])
}
