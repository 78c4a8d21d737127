//! What rules may know about an event: built from the rows as they are now.

use domain::{ConversationId, event::EventKind, message::Direction};
use plugin_sdk::{Content, OutboundContent};
use rules::Facts;
use serde::Deserialize as _;
use serde_json::{Map, Value, json};
use store::{conversations::situation::Situation, messages::Message, rules::question::Question};

/// The facts of an event. What has been deleted meanwhile is missing, as facts may be.
pub fn of_event(question: &Question) -> Facts {
    let event = &question.event;
    let mut facts = Map::new();
    let mut about = json!({ "id": event.id, "type": event.kind, "occurred_at": event.occurred_at });
    if event.kind == EventKind::PluginEvent {
        about["name"] = event.data.get("name").cloned().unwrap_or_default();
        about["data"] = event.data.get("data").cloned().unwrap_or_default();
    }
    facts.insert("event".to_owned(), about);
    if let Some(message) = &question.message {
        facts.insert("message".to_owned(), of_message(message));
    }
    if let Some((id, situation)) = event.conversation.map(|(id, _)| id).zip(question.conversation.as_ref()) {
        facts.insert("conversation".to_owned(), of_conversation(id, situation));
    }
    if let Some((id, profile)) = event.contact_id.zip(question.contact.as_ref()) {
        let contact = json!({
            "id": id, "name": profile.name, "email": profile.email, "created_at": profile.created_at,
            "custom": profile.custom_attributes, "is_new": event.data.get("contact_is_new"),
            "facts": known(&profile.facts),
        });
        facts.insert("contact".to_owned(), contact);
    }
    Facts::from_value(&Value::Object(facts))
}

/// What plugins know, as an object: data of the fact `shopify.customer` at `shopify.customer`. Of facts that share a name
/// the most telling counts.
fn known(facts: &[(String, Value)]) -> Value {
    let mut known = Map::new();
    for (name, data) in facts.iter().filter(|(_, data)| data.is_object()) {
        let (plugin, what) = name.split_once('.').unwrap_or(("", name));
        let of_plugin = known.entry(plugin).or_insert_with(|| json!({}));
        if let Some(of_plugin) = of_plugin.as_object_mut().filter(|of_plugin| !of_plugin.contains_key(what)) {
            of_plugin.insert(what.to_owned(), data.clone());
        }
    }
    Value::Object(known)
}

fn of_message(message: &Message) -> Value {
    json!({
        "id": message.id,
        "text": text_of(message),
        "type": message.content_type,
        "direction": message.direction,
        "sender": message.sender_kind,
        "automated": message.sender_kind == domain::message::SenderKind::Automation,
        "forwarded": message.metadata.get("forwarded").and_then(Value::as_bool).unwrap_or(false),
        "sent_at": message.occurred_at,
    })
}

fn text_of(message: &Message) -> Option<String> {
    let content = match message.direction {
        Direction::Inbound | Direction::Internal => Content::deserialize(&message.content).ok(),
        Direction::Outbound => match OutboundContent::deserialize(&message.content) {
            Ok(content) => content.to_content(),
            Err(_) => return Some(domain::rich::text_of(&message.content)),
        },
    };
    content?.text().map(ToOwned::to_owned)
}

fn of_conversation(id: ConversationId, situation: &Situation) -> Value {
    json!({
        "id": id,
        "status": situation.status,
        "priority": situation.priority,
        "tags": situation.tags,
        "channel": situation.channel,
        "is_first": situation.is_first,
        "assigned": situation.assigned,
        "message_count": situation.message_count,
        "created_at": situation.created_at,
    })
}
