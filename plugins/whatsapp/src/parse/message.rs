//! One message, whichever way it went.

use plugin_sdk::event::{Custom, Message, MessageEdited, MessageRevoked, Reaction};
use plugin_sdk::{Content, Event, Sender};
use serde_json::{Map, Value};

use super::sender::{Directory, FROM, Fields, TO};
use super::{Sink, content, system};
use crate::json;

/// A message that a customer sent.
pub fn read(message: &Value, people: &Directory, sink: &mut Sink) {
    if kind_of(message) == Some("system") {
        return system::read(message, people, sink);
    }
    if let Some(head) = Head::read(message, people, FROM, sink) {
        sink.push(event(head, message, false));
    }
}

/// A message that the business sent from its own app: the customer is the one it went to.
pub fn read_echo(message: &Value, people: &Directory, sink: &mut Sink) {
    let Some(head) = Head::read(message, people, TO, sink) else {
        return;
    };
    // As a reaction event it would look like the customer's.
    if kind_of(message) == Some("reaction") {
        return sink.push(Event::Custom(Custom {
            name: "whatsapp.echo_reaction".to_owned(),
            occurred_at_ms: head.occurred_at_ms,
            external_id: Some(head.external_id),
            sender: None,
            data: message.clone(),
        }));
    }
    sink.push(event(head, message, true));
}

/// What every message has; one without it cannot be stored as a message.
pub struct Head {
    pub external_id: String,
    pub sender: Sender,
    pub occurred_at_ms: i64,
}

impl Head {
    fn read(message: &Value, people: &Directory, side: Fields, sink: &mut Sink) -> Option<Self> {
        let Some(sender) = people.sender(message, side) else {
            sink.malformed("message", "it names no customer", message);
            return None;
        };
        Self::with_sender(message, sender, sink)
    }

    pub fn with_sender(message: &Value, sender: Sender, sink: &mut Sink) -> Option<Self> {
        let Some(external_id) = json::text(message, "id") else {
            sink.malformed("message", "it has no id", message);
            return None;
        };
        Some(Self { external_id, sender, occurred_at_ms: sink.time(message) })
    }
}

fn kind_of(message: &Value) -> Option<&str> {
    message.get("type").and_then(Value::as_str)
}

fn event(head: Head, message: &Value, echo: bool) -> Event {
    let special = match kind_of(message) {
        Some("reaction") => reaction(&head, message),
        Some("edit") => edit(&head, message),
        Some("revoke") => revoke(&head, message),
        _ => None,
    };
    special.unwrap_or_else(|| ordinary(head, message, content::read(message), echo))
}

/// `emoji` is absent or empty when the reaction is taken back.
fn reaction(head: &Head, message: &Value) -> Option<Event> {
    let reaction = message.get("reaction")?;
    Some(Event::Reaction(Reaction {
        external_id: head.external_id.clone(),
        target: json::text(reaction, "message_id")?,
        sender: head.sender.clone(),
        occurred_at_ms: head.occurred_at_ms,
        emoji: json::text(reaction, "emoji"),
    }))
}

fn edit(head: &Head, message: &Value) -> Option<Event> {
    let edit = message.get("edit")?;
    Some(Event::MessageEdited(MessageEdited {
        external_id: json::text(edit, "original_message_id")?,
        sender: head.sender.clone(),
        occurred_at_ms: head.occurred_at_ms,
        content: content::read(edit.get("message")?),
    }))
}

fn revoke(head: &Head, message: &Value) -> Option<Event> {
    Some(Event::MessageRevoked(MessageRevoked {
        external_id: json::text(message.get("revoke")?, "original_message_id")?,
        sender: head.sender.clone(),
        occurred_at_ms: head.occurred_at_ms,
    }))
}

/// A message with its content and what it refers to.
pub fn ordinary(head: Head, message: &Value, content: Content, echo: bool) -> Event {
    let refers = message.get("context").unwrap_or(&Value::Null);
    Event::Message(Message {
        external_id: head.external_id,
        thread: json::text(message, "group_id"),
        sender: head.sender,
        occurred_at_ms: head.occurred_at_ms,
        content,
        reply_to: json::text(refers, "id"),
        forwarded: json::flag(refers, "forwarded") || json::flag(refers, "frequently_forwarded"),
        referral: json::present(message, "referral"),
        context: beyond_reply(refers),
        echo,
    })
}

/// What a context says beyond the reply and the forwarding, such as the product asked about.
fn beyond_reply(context: &Value) -> Option<Value> {
    const ELSEWHERE: [&str; 4] = ["id", "from", "forwarded", "frequently_forwarded"];
    let rest: Map<String, Value> = context
        .as_object()?
        .iter()
        .filter(|(key, _)| !ELSEWHERE.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    (!rest.is_empty()).then_some(Value::Object(rest))
}
