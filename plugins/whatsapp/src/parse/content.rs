//! The content of a message, by its type.
//!
//! A type nobody has seen yet, or one that lacks what it needs, is kept whole as unsupported.

use plugin_sdk::content::InteractiveReplyKind;
use plugin_sdk::{Content, Media};
use serde_json::Value;

use crate::json;

/// The content; what cannot be read is unsupported, with the reason.
pub fn read(message: &Value) -> Content {
    let kind = json::text(message, "type");
    let kind = kind.as_deref().unwrap_or("unknown");
    known(kind, message).unwrap_or_else(|reason| unsupported(kind, &reason, message))
}

fn known(kind: &str, message: &Value) -> Result<Content, String> {
    let body = message.get(kind).unwrap_or(&Value::Null);
    match kind {
        "text" => Ok(Content::Text { text: required_text(body, "text.body")? }),
        "image" => Ok(Content::Image { media: media(body)?, caption: json::text(body, "caption") }),
        "video" => Ok(Content::Video { media: media(body)?, caption: json::text(body, "caption") }),
        "audio" | "voice" => Ok(Content::Audio {
            media: media(body)?,
            voice: kind == "voice" || json::flag(body, "voice"),
            caption: json::text(body, "caption"),
        }),
        "document" => Ok(Content::Document {
            media: media(body)?,
            caption: json::text(body, "caption"),
            filename: json::text(body, "filename"),
        }),
        "sticker" => Ok(Content::Sticker { media: media(body)?, animated: json::flag(body, "animated") }),
        "location" => location(body),
        "contacts" => match body {
            Value::Array(cards) if !cards.is_empty() => Ok(Content::Contacts { contacts: body.clone() }),
            _ => Err(missing("contacts")),
        },
        "button" => Ok(Content::Button {
            text: json::text(body, "text")
                .or_else(|| json::text(body, "payload"))
                .ok_or_else(|| missing("button.text"))?,
            payload: json::text(body, "payload"),
        }),
        "interactive" => interactive(body),
        "order" if body.is_object() => Ok(Content::Order { order: body.clone() }),
        "system" => Ok(Content::System {
            kind: json::text(body, "type").ok_or_else(|| missing("system.type"))?,
            text: json::text(body, "body"),
            data: Some(body.clone()),
        }),
        "order" | "reaction" | "edit" | "revoke" => Err(format!("`{kind}` lacks what it needs")),
        "unsupported" | "unknown" => Err("WhatsApp does not pass this type on".to_owned()),
        _ => Err(format!("messages of type `{kind}` are not known yet")),
    }
}

/// WhatsApp's own explanation, in `errors`, says more than ours. The newer unsupported messages
/// also name the type that is not passed on.
fn unsupported(kind: &str, reason: &str, message: &Value) -> Content {
    let error = message.pointer("/errors/0").unwrap_or(&Value::Null);
    let explained = error
        .get("error_data")
        .and_then(|data| json::text(data, "details"))
        .or_else(|| json::text(error, "message"))
        .or_else(|| json::text(error, "title"));
    let named = message.get("unsupported").and_then(|unsupported| json::text(unsupported, "type"));
    Content::Unsupported {
        original_type: named.unwrap_or_else(|| kind.to_owned()),
        reason: Some(explained.unwrap_or_else(|| reason.to_owned())),
        raw: message.clone(),
    }
}

fn missing(what: &str) -> String {
    format!("`{what}` is missing or of another kind")
}

/// A text that may be empty; `path` is `<object>.<key>`, and `body` that object.
fn required_text(body: &Value, path: &str) -> Result<String, String> {
    let key = path.rsplit('.').next().unwrap_or(path);
    body.get(key).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| missing(path))
}

/// The id is what it is downloaded with; a direct address came later, beside it.
fn media(body: &Value) -> Result<Media, String> {
    let media = Media {
        id: json::text(body, "id"),
        link: json::text(body, "link").or_else(|| json::text(body, "url")),
        mime_type: json::text(body, "mime_type"),
        sha256: json::text(body, "sha256"),
        size: body.get("file_size").and_then(Value::as_u64),
    };
    if media.id.is_none() && media.link.is_none() {
        return Err("the media has neither id nor link".to_owned());
    }
    Ok(media)
}

fn location(body: &Value) -> Result<Content, String> {
    let degrees = |key| json::number(body, key).filter(|degrees| degrees.is_finite());
    Ok(Content::Location {
        latitude: degrees("latitude").ok_or_else(|| missing("location.latitude"))?,
        longitude: degrees("longitude").ok_or_else(|| missing("location.longitude"))?,
        name: json::text(body, "name"),
        address: json::text(body, "address"),
        url: json::text(body, "url"),
    })
}

fn interactive(body: &Value) -> Result<Content, String> {
    let kind = json::text(body, "type").ok_or_else(|| missing("interactive.type"))?;
    let reply = body.get(&kind).unwrap_or(&Value::Null);
    let (kind, data) = match kind.as_str() {
        "button_reply" => (InteractiveReplyKind::Button, None),
        "list_reply" => (InteractiveReplyKind::List, None),
        "nfm_reply" => (InteractiveReplyKind::Flow, Some(flow_response(reply))),
        "call_permission_reply" => (InteractiveReplyKind::CallPermission, Some(reply.clone())),
        _ => (InteractiveReplyKind::Other, Some(body.clone())),
    };
    Ok(Content::InteractiveReply {
        kind,
        // A flow has a name (`flow`, `address_message`) and a permission an answer instead.
        id: ["id", "name", "response"].into_iter().find_map(|key| json::text(reply, key)),
        title: json::text(reply, "title").or_else(|| json::text(reply, "body")),
        description: json::text(reply, "description"),
        data,
    })
}

/// `response_json` is JSON inside a text, as a rule an object; anything else is kept as it is.
fn flow_response(reply: &Value) -> Value {
    match reply.get("response_json") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())),
        Some(other) => other.clone(),
        None => Value::Null,
    }
}
