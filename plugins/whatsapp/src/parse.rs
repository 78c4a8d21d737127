//! From one webhook to events: every entry, change, message, status and error in it.
//!
//! Nothing is lost: what cannot be read becomes an event that keeps it as it came, and never takes
//! its neighbours with it. Only a body that is no webhook of WhatsApp at all is an error.

mod contact;
mod content;
mod message;
mod repair;
pub mod sender;
mod status;
mod system;
mod time;

use plugin_sdk::event::Custom;
use plugin_sdk::{Event, PluginError};
use serde_json::{Value, json};

use crate::json;
use crate::settings::Settings;
use sender::Directory;

/// The events of a webhook that concern this connection. `now_ms` stands in where Meta gives no
/// time.
///
/// One request may carry changes of many numbers, and the host calls once for each of its
/// connections; so changes that name another number or business account are left to the others.
pub fn webhook(settings: &Settings, now_ms: i64, body: &[u8]) -> Result<Vec<Event>, PluginError> {
    let webhook = repair::read(body)?;
    let object = webhook.get("object").and_then(Value::as_str);
    if object.is_some_and(|object| object != "whatsapp_business_account") {
        return Err(PluginError::invalid_input(
            "not a webhook of a WhatsApp Business Account: `object` says otherwise",
        ));
    }
    let Some(entries) = webhook.get("entry").and_then(Value::as_array) else {
        return Err(PluginError::invalid_input("the webhook has no `entry` array"));
    };

    let mut sink = Sink { now_ms, events: Vec::new() };
    for entry in entries {
        read_entry(settings, entry, &mut sink);
    }
    Ok(sink.events)
}

/// Where events gather, with the time that stands in for missing ones.
struct Sink {
    now_ms: i64,
    events: Vec<Event>,
}

impl Sink {
    fn push(&mut self, event: Event) {
        self.events.push(event);
    }

    /// When something happened, or now.
    fn time(&self, value: &Value) -> i64 {
        time::read(value.get("timestamp")).unwrap_or(self.now_ms)
    }

    fn custom(&mut self, name: &str, occurred_at_ms: i64, data: Value) {
        let name = format!("whatsapp.{name}");
        self.push(Event::Custom(Custom { name, occurred_at_ms, external_id: None, sender: None, data }));
    }

    /// Keeps what cannot be read, and says why.
    fn malformed(&mut self, what: &str, reason: &str, raw: &Value) {
        self.push(Event::Custom(Custom {
            name: format!("whatsapp.malformed_{what}"),
            occurred_at_ms: self.time(raw),
            external_id: json::text(raw, "id"),
            sender: None,
            data: json!({ "reason": reason, "raw": raw }),
        }));
    }
}

fn read_entry(settings: &Settings, entry: &Value, sink: &mut Sink) {
    let Some(changes) = entry.get("changes").and_then(Value::as_array) else {
        return sink.malformed("entry", "an entry without a `changes` array", entry);
    };
    for change in changes {
        if concerns(settings, entry, change) {
            read_change(entry, change, sink);
        }
    }
}

/// Whether a change is this connection's: one that names a number belongs to that number, any
/// other to the business account.
fn concerns(settings: &Settings, entry: &Value, change: &Value) -> bool {
    let number = change.pointer("/value/metadata").and_then(|metadata| json::text(metadata, "phone_number_id"));
    match number {
        Some(number) => settings.phone_number_id.is_empty() || number == settings.phone_number_id,
        None => settings.waba_id().zip(json::text(entry, "id")).is_none_or(|(ours, theirs)| ours == theirs),
    }
}

fn read_change(entry: &Value, change: &Value, sink: &mut Sink) {
    let field = json::text(change, "field");
    let Some(value) = change.get("value").filter(|value| value.is_object()) else {
        return sink.malformed("change", "a change without a `value` object", change);
    };
    let before = sink.events.len();
    match field.as_deref() {
        Some("messages") => read_messages(value, sink),
        Some("smb_message_echoes") => {
            let people = Directory::of(value);
            each(value, "message_echoes", "message", sink, |echo, sink| {
                message::read_echo(echo, &people, sink);
            });
        }
        Some("user_preferences") => {
            let people = Directory::of(value);
            each(value, "user_preferences", "preference", sink, |preference, sink| {
                contact::read_preference(preference, &people, sink);
            });
        }
        _ => {}
    }
    // A field we do not know, or one we know with nothing in it that we know.
    if sink.events.len() == before {
        let name = field.as_deref().unwrap_or("unknown_field");
        let occurred_at_ms = time::read(value.get("timestamp"))
            .or_else(|| time::read(value.pointer("/groups/0/timestamp")))
            .or_else(|| time::read(entry.get("time")))
            .unwrap_or(sink.now_ms);
        sink.custom(name, occurred_at_ms, value.clone());
    }
}

fn read_messages(value: &Value, sink: &mut Sink) {
    let people = Directory::of(value);
    each(value, "messages", "message", sink, |message, sink| {
        message::read(message, &people, sink);
    });
    each(value, "statuses", "status", sink, |status, sink| {
        status::read(status, &people, sink);
    });
    each(value, "errors", "error", sink, |error, sink| {
        sink.custom("error", sink.time(error), error.clone());
    });
}

/// Reads every item of the array `key`; a thing there that is no array is kept as malformed.
fn each(value: &Value, key: &str, what: &str, sink: &mut Sink, mut read: impl FnMut(&Value, &mut Sink)) {
    match value.get(key) {
        None | Some(Value::Null) => {}
        Some(Value::Array(items)) => items.iter().for_each(|item| read(item, sink)),
        Some(other) => sink.malformed(what, "an array was expected", other),
    }
}
