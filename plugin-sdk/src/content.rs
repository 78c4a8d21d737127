//! What a message says.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A file at the provider. Which of `id` and `link` is set depends on the provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Media {
    /// The provider's id, to download it with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Where it can be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// As the provider says, parameters included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// As the provider writes it (WhatsApp: base64).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// The content of a message in either direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// Plain text.
    Text {
        /// May be empty.
        text: String,
    },
    /// A picture.
    Image {
        /// The file.
        media: Media,
        /// Text under it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
    },
    /// A film.
    Video {
        /// The file.
        media: Media,
        /// Text under it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
    },
    /// A sound.
    Audio {
        /// The file.
        media: Media,
        /// Recorded in the chat, rather than attached as a file.
        #[serde(default)]
        voice: bool,
        /// Text under it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
    },
    /// Any other file.
    Document {
        /// The file.
        media: Media,
        /// Text under it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
        /// As the sender named it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filename: Option<String>,
    },
    /// A sticker.
    Sticker {
        /// The file.
        media: Media,
        /// Whether it moves.
        #[serde(default)]
        animated: bool,
    },
    /// A place.
    Location {
        /// Degrees, north positive.
        latitude: f64,
        /// Degrees, east positive.
        longitude: f64,
        /// Name of the place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Postal address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
        /// Page about the place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    /// Address-book cards.
    Contacts {
        /// The provider's array.
        contacts: Value,
    },
    /// A quick-reply button of a template was pressed.
    Button {
        /// Its label.
        text: String,
        /// What the business had put behind it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payload: Option<String>,
    },
    /// An answer given through an interactive message.
    InteractiveReply {
        /// What was answered.
        kind: InteractiveReplyKind,
        /// The business's id of the choice.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Label of the choice.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// Second line of the choice.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// What else came with it: the fields of a flow, the terms of a permission.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Value>,
    },
    /// A shopping cart.
    Order {
        /// The provider's object.
        order: Value,
    },
    /// The provider tells something about the conversation.
    System {
        /// The provider's name for it.
        kind: String,
        /// For people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// The provider's object.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Value>,
    },
    /// A template, sent by the business.
    Template {
        /// Its name at the provider.
        name: String,
        /// Language code, for example `pt_BR`.
        language: String,
        /// The provider's parameters.
        #[serde(default)]
        components: Vec<Value>,
    },
    /// An interactive message, sent by the business.
    Interactive {
        /// The provider's object.
        interactive: Value,
    },
    /// A message this plugin cannot read: kept as it came.
    Unsupported {
        /// The provider's type, or `unknown`.
        original_type: String,
        /// Why it could not be read, for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The whole message of the provider.
        raw: Value,
    },
}

/// What kind of interactive message was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InteractiveReplyKind {
    /// A reply button.
    Button,
    /// A row of a list.
    List,
    /// A form was filled in.
    Flow,
    /// The permission to call was given or refused.
    CallPermission,
    /// A kind this version does not know; `data` holds it.
    #[serde(other)]
    Other,
}

impl InteractiveReplyKind {
    /// Whether something was picked from what was offered.
    const fn is_choice(self) -> bool {
        matches!(self, Self::Button | Self::List)
    }

    /// A choice speaks for itself, if it has a title.
    const fn preview_label(self, titled: bool) -> Option<&'static str> {
        match self {
            Self::Button | Self::List if titled => None,
            Self::Flow => Some("form"),
            Self::CallPermission => Some("call permission"),
            _ => Some("reply"),
        }
    }
}

impl Content {
    /// What the person wrote or chose, for search and for rules: text, caption or label.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text { text } | Self::Button { text, .. } => Some(text),
            Self::Image { caption, .. }
            | Self::Video { caption, .. }
            | Self::Audio { caption, .. }
            | Self::Document { caption, .. } => caption.as_deref(),
            // The title of a form or a permission is the provider's word, not the person's.
            Self::InteractiveReply { kind, title, .. } if kind.is_choice() => title.as_deref(),
            Self::Interactive { interactive } => interactive.pointer("/body/text").and_then(Value::as_str),
            Self::Order { order } => order.get("text").and_then(Value::as_str).filter(|text| !text.is_empty()),
            Self::System { text, .. } => text.as_deref(),
            Self::Sticker { .. }
            | Self::Location { .. }
            | Self::Contacts { .. }
            | Self::InteractiveReply { .. }
            | Self::Template { .. }
            | Self::Unsupported { .. } => None,
        }
    }

    /// The file of a message that has one.
    pub fn media(&self) -> Option<&Media> {
        match self {
            Self::Image { media, .. }
            | Self::Video { media, .. }
            | Self::Audio { media, .. }
            | Self::Document { media, .. }
            | Self::Sticker { media, .. } => Some(media),
            _ => None,
        }
    }

    /// The `type` it has in JSON.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Image { .. } => "image",
            Self::Video { .. } => "video",
            Self::Audio { .. } => "audio",
            Self::Document { .. } => "document",
            Self::Sticker { .. } => "sticker",
            Self::Location { .. } => "location",
            Self::Contacts { .. } => "contacts",
            Self::Button { .. } => "button",
            Self::InteractiveReply { .. } => "interactive_reply",
            Self::Order { .. } => "order",
            Self::System { .. } => "system",
            Self::Template { .. } => "template",
            Self::Interactive { .. } => "interactive",
            Self::Unsupported { .. } => "unsupported",
        }
    }

    /// A short line for lists, at most 160 characters: what was written, after a label in
    /// brackets for anything but text.
    pub fn preview(&self) -> String {
        let (label, detail) = self.preview_parts();
        let detail = detail.map(squeeze).filter(|detail| !detail.is_empty());
        let line = match (label, detail) {
            (None, detail) => detail.unwrap_or_default(),
            (Some(label), None) => format!("[{label}]"),
            (Some(label), Some(detail)) => format!("[{label}] {detail}"),
        };
        truncate(line)
    }

    fn preview_parts(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Text { text } | Self::Button { text, .. } => (None, Some(text)),
            Self::Audio { voice: true, .. } => (Some("voice message"), self.text()),
            Self::Document { caption, filename, .. } => (Some("document"), caption.as_deref().or(filename.as_deref())),
            Self::Location { name, address, .. } => (Some("location"), name.as_deref().or(address.as_deref())),
            Self::Contacts { contacts } => {
                (Some("contact"), contacts.pointer("/0/name/formatted_name").and_then(Value::as_str))
            }
            Self::InteractiveReply { kind, title, .. } => (kind.preview_label(title.is_some()), title.as_deref()),
            Self::System { text, kind, .. } => (Some("system"), text.as_deref().or(Some(kind))),
            Self::Template { name, .. } => (Some("template"), Some(name)),
            Self::Interactive { .. } => (None, self.text().or(Some("[interactive]"))),
            Self::Unsupported { original_type, .. } => (Some("unsupported message"), Some(original_type)),
            Self::Image { .. }
            | Self::Video { .. }
            | Self::Audio { .. }
            | Self::Sticker { .. }
            | Self::Order { .. } => (Some(self.type_name()), self.text()),
        }
    }
}

/// Any run of white space becomes one space: a preview is one line.
fn squeeze(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(PREVIEW_CHARS * 4));
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > PREVIEW_CHARS * 4 {
            break;
        }
    }
    line
}

const PREVIEW_CHARS: usize = 160;

fn truncate(line: String) -> String {
    if line.chars().count() <= PREVIEW_CHARS {
        return line;
    }
    let mut short: String = line.chars().take(PREVIEW_CHARS - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Content;

    #[rustfmt::skip] // A table reads in rows.
    #[test]
    fn previews_say_what_came() {
        for (content, preview, text) in [
            (json!({"type": "text", "text": "Hello\n there"}), "Hello there", Some("Hello\n there")),
            (json!({"type": "image", "media": {}, "caption": "Taj"}), "[image] Taj", Some("Taj")),
            (json!({"type": "image", "media": {}}), "[image]", None),
            (json!({"type": "audio", "media": {}, "voice": true}), "[voice message]", None),
            (json!({"type": "audio", "media": {}}), "[audio]", None),
            (json!({"type": "document", "media": {}, "filename": "a.pdf"}), "[document] a.pdf", None),
            (json!({"type": "sticker", "media": {}}), "[sticker]", None),
            (json!({"type": "location", "latitude": 1.5, "longitude": 2.0, "name": "Cafe"}), "[location] Cafe", None),
            (json!({"type": "contacts", "contacts": [{"name": {"formatted_name": "Ann"}}]}), "[contact] Ann", None),
            (json!({"type": "button", "text": "Stop", "payload": "x"}), "Stop", Some("Stop")),
            (json!({"type": "interactive_reply", "kind": "list", "id": "1", "title": "Two"}), "Two", Some("Two")),
            (json!({"type": "interactive_reply", "kind": "flow", "data": {}}), "[form]", None),
            (json!({"type": "interactive_reply", "kind": "flow", "title": "Sent"}), "[form] Sent", None),
            (json!({"type": "interactive_reply", "kind": "button", "id": "1"}), "[reply]", None),
            (json!({"type": "order", "order": {"text": ""}}), "[order]", None),
            (json!({"type": "system", "kind": "user_changed_number"}), "[system] user_changed_number", None),
            (json!({"type": "template", "name": "hello", "language": "en"}), "[template] hello", None),
            (json!({"type": "interactive", "interactive": {"body": {"text": "Pick"}}}), "Pick", Some("Pick")),
            (json!({"type": "unsupported", "original_type": "poll", "raw": {}}), "[unsupported message] poll", None),
        ] {
            let name = content["type"].clone();
            let content: Content = serde_json::from_value(content).unwrap();
            assert_eq!(content.preview(), preview);
            assert_eq!(content.text(), text);
            assert_eq!(name, content.type_name());
        }
    }

    #[test]
    fn a_preview_is_cut_at_characters() {
        let preview = Content::Text { text: "é".repeat(5_000) }.preview();
        assert_eq!(preview.chars().count(), 160);
        assert!(preview.ends_with('…'));
    }
}
