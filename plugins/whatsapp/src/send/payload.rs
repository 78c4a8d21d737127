//! The body of a send request, as Meta's API wants it.
//!
//! The recipient is the telephone number if we know one, in `to`: it works for every kind of
//! message. Someone known only by a user id (BSUID) goes into `recipient`; authentication
//! templates cannot be sent there (error 131062), and there would be no other way to send them.

use plugin_sdk::outbound::MediaSource;
use plugin_sdk::{OutboundContent, OutboundMessage, PluginError, SenderId, sender};
use serde_json::{Map, Value, json};

use crate::parse::sender::{BSUID, PARENT_BSUID, WA_ID};

/// The body for a message that is within the limits.
pub fn of(message: &OutboundMessage) -> Result<Value, PluginError> {
    if let OutboundContent::Read { target, typing } = &message.content {
        return Ok(read_receipt(target, *typing));
    }
    let mut body = Map::new();
    body.insert("messaging_product".to_owned(), json!("whatsapp"));
    body.insert("recipient_type".to_owned(), json!("individual"));
    let (field, recipient) = recipient(&message.to)?;
    body.insert(field.to_owned(), json!(recipient));
    let (kind, content) = content(&message.content);
    body.insert("type".to_owned(), json!(kind));
    body.insert(kind.to_owned(), content);
    // A reaction names its message itself.
    if let Some(reply_to) = &message.reply_to
        && kind != "reaction"
    {
        body.insert("context".to_owned(), json!({ "message_id": reply_to }));
    }
    body.insert("biz_opaque_callback_data".to_owned(), json!(message.message_id));
    Ok(Value::Object(body))
}

fn recipient(to: &[SenderId]) -> Result<(&'static str, &str), PluginError> {
    let by = |kind, field| sender::find(to, kind).map(|id| (field, id));
    by(SenderId::PHONE, "to")
        .or_else(|| by(BSUID, "recipient"))
        .or_else(|| by(PARENT_BSUID, "recipient"))
        .or_else(|| by(WA_ID, "to"))
        .ok_or_else(|| {
            PluginError::invalid_input("the recipient has neither a telephone number nor a WhatsApp user id")
        })
}

fn read_receipt(target: &str, typing: bool) -> Value {
    let mut body = json!({
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": target,
    });
    if typing {
        body["typing_indicator"] = json!({ "type": "text" });
    }
    body
}

/// Meta's name of the type and the object under it.
fn content(content: &OutboundContent) -> (&'static str, Value) {
    let object = match content {
        OutboundContent::Text { text, preview_url } => {
            json!({ "body": text, "preview_url": preview_url })
        }
        OutboundContent::Template { name, language, components } => template(name, language, components),
        OutboundContent::Image { source, caption } | OutboundContent::Video { source, caption } => {
            media(source, caption.as_deref(), None)
        }
        OutboundContent::Audio { source } | OutboundContent::Sticker { source } => media(source, None, None),
        OutboundContent::Document { source, caption, filename } => {
            media(source, caption.as_deref(), filename.as_deref())
        }
        OutboundContent::Interactive { interactive } | OutboundContent::Rich { rich: interactive } => {
            interactive.clone()
        }
        OutboundContent::Location { latitude, longitude, name, address } => without_nulls(json!({
            "latitude": latitude,
            "longitude": longitude,
            "name": name,
            "address": address,
        })),
        OutboundContent::Contacts { contacts } => json!(contacts),
        OutboundContent::Reaction { target, emoji } => {
            json!({ "message_id": target, "emoji": emoji.as_deref().unwrap_or_default() })
        }
        OutboundContent::Read { target, typing } => read_receipt(target, *typing),
    };
    (content.type_name(), object)
}

fn template(name: &str, language: &str, components: &[Value]) -> Value {
    let mut template = json!({ "name": name, "language": { "code": language } });
    if !components.is_empty() {
        template["components"] = json!(components);
    }
    template
}

fn media(source: &MediaSource, caption: Option<&str>, filename: Option<&str>) -> Value {
    without_nulls(json!({
        "id": source.media_id,
        "link": source.link,
        "caption": caption,
        "filename": filename,
    }))
}

fn without_nulls(mut object: Value) -> Value {
    if let Value::Object(fields) = &mut object {
        fields.retain(|_, value| !value.is_null());
    }
    object
}
