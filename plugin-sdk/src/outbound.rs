//! What the host asks a channel to send.

mod wire;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::content::{Content, Media};
use crate::sender::SenderId;

/// One message, reaction or receipt to hand to the provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct OutboundMessage {
    /// Ours. The plugin gives it to the provider wherever that echoes it in statuses, so that a
    /// send whose answer was lost can be found again.
    pub message_id: String,
    /// The ids of the recipient, strongest first.
    pub to: Vec<SenderId>,
    /// What to send.
    pub content: OutboundContent,
    /// External id of the message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
}

/// Where the file of an outgoing message comes from: exactly one of the two is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct MediaSource {
    /// An https address that the provider fetches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The id of a file uploaded to the provider before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_id: Option<String>,
}

/// What to send.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OutboundContent {
    /// Plain text.
    Text {
        /// Not empty.
        text: String,
        /// Whether the provider shows a card for the first link.
        #[serde(default)]
        preview_url: bool,
    },
    /// A template that the provider has approved.
    Template {
        /// Its name at the provider.
        name: String,
        /// Language code, for example `pt_BR`.
        language: String,
        /// The provider's parameters.
        #[serde(default)]
        components: Vec<Value>,
    },
    /// A picture.
    Image {
        /// The file.
        #[serde(flatten)]
        source: MediaSource,
        /// Text under it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
    },
    /// A film.
    Video {
        /// The file.
        #[serde(flatten)]
        source: MediaSource,
        /// Text under it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
    },
    /// A sound.
    Audio {
        /// The file.
        #[serde(flatten)]
        source: MediaSource,
    },
    /// Any other file.
    Document {
        /// The file.
        #[serde(flatten)]
        source: MediaSource,
        /// Text under it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
        /// The name the recipient sees.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filename: Option<String>,
    },
    /// A sticker.
    Sticker {
        /// The file.
        #[serde(flatten)]
        source: MediaSource,
    },
    /// Buttons, a list, a form, a product: the provider's own object.
    Interactive {
        /// The provider's object.
        interactive: Value,
    },
    /// A rich message, as `schemas/message.schema.json` describes it: quick replies, a card, a product. A plugin gets
    /// those whose types its manifest names under `rich`, within the limits there; instead of any other it gets text.
    #[cfg_attr(feature = "schemars", schemars(skip))]
    Rich {
        /// The message, with its `type`.
        rich: Value,
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
    },
    /// Address-book cards.
    Contacts {
        /// The provider's objects.
        contacts: Vec<Value>,
    },
    /// A reaction to a message.
    Reaction {
        /// External id of the message reacted to.
        target: String,
        /// `None` takes the reaction back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emoji: Option<String>,
    },
    /// Tells the customer that their message was read.
    Read {
        /// External id of the newest message read.
        target: String,
        /// Whether to show that an answer is being written.
        #[serde(default)]
        typing: bool,
    },
}

impl OutboundContent {
    /// The `type` it has in JSON.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Template { .. } => "template",
            Self::Image { .. } => "image",
            Self::Video { .. } => "video",
            Self::Audio { .. } => "audio",
            Self::Document { .. } => "document",
            Self::Sticker { .. } => "sticker",
            Self::Interactive { .. } => "interactive",
            Self::Rich { .. } => "rich",
            Self::Location { .. } => "location",
            Self::Contacts { .. } => "contacts",
            Self::Reaction { .. } => "reaction",
            Self::Read { .. } => "read",
        }
    }

    /// The content of the message row this becomes. `None` for a reaction and for a receipt,
    /// which are no messages, and for a rich message, which the host stores in its own form.
    pub fn to_content(&self) -> Option<Content> {
        Some(match self.clone() {
            Self::Text { text, .. } => Content::Text { text },
            Self::Template { name, language, components } => Content::Template { name, language, components },
            Self::Image { source, caption } => Content::Image { media: source.into(), caption },
            Self::Video { source, caption } => Content::Video { media: source.into(), caption },
            Self::Audio { source } => Content::Audio { media: source.into(), voice: false, caption: None },
            Self::Document { source, caption, filename } => {
                Content::Document { media: source.into(), caption, filename }
            }
            Self::Sticker { source } => Content::Sticker { media: source.into(), animated: false },
            Self::Interactive { interactive } => Content::Interactive { interactive },
            Self::Location { latitude, longitude, name, address } => {
                Content::Location { latitude, longitude, name, address, url: None }
            }
            Self::Contacts { contacts } => Content::Contacts { contacts: Value::Array(contacts) },
            Self::Reaction { .. } | Self::Read { .. } | Self::Rich { .. } => return None,
        })
    }
}

impl From<MediaSource> for Media {
    fn from(source: MediaSource) -> Self {
        Self { id: source.media_id, link: source.link, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::OutboundContent;

    #[rustfmt::skip] // A table reads in rows.
    #[test]
    fn every_type_is_read_as_it_is_written() {
        for outbound in [
            json!({"type": "text", "text": "hi", "preview_url": false}),
            json!({"type": "template", "name": "a", "language": "en", "components": [{"type": "body"}]}),
            json!({"type": "image", "media_id": "1"}),
            json!({"type": "video", "link": "https://x/y", "caption": "c"}),
            json!({"type": "audio", "link": "https://x/y"}),
            json!({"type": "document", "link": "https://x/y", "caption": "c", "filename": "f"}),
            json!({"type": "sticker", "media_id": "1"}),
            json!({"type": "interactive", "interactive": {"type": "button"}}),
            json!({"type": "rich", "rich": {"type": "card", "title": "t"}}),
            json!({"type": "location", "latitude": 1.5, "longitude": -2.0, "name": "n", "address": "a"}),
            json!({"type": "contacts", "contacts": [{}]}),
            json!({"type": "reaction", "target": "m", "emoji": "👍"}),
            json!({"type": "read", "target": "m", "typing": true}),
        ] {
            // In the order of the alphabet, so that the type comes first or last or between.
            let typed: OutboundContent = serde_json::from_str(&outbound.to_string()).unwrap();
            assert_eq!(serde_json::to_value(&typed).unwrap(), outbound);
        }
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        for (outbound, wrong) in [
            (json!({"type": "text"}), "missing field `text`"),
            (json!({"type": "text", "text": 7}), "expected a string"),
            (json!({"type": "template", "name": "a"}), "missing field `language`"),
            (json!({"type": "location", "latitude": 1.0}), "missing field `longitude`"),
            (json!({"type": "reaction"}), "missing field `target`"),
            (json!({"text": "hi"}), "missing field `type`"),
            (json!({"type": "song"}), "unknown variant `song`"),
        ] {
            let error = serde_json::from_str::<OutboundContent>(&outbound.to_string()).unwrap_err().to_string();
            assert!(error.contains(wrong), "{outbound}: {error}");
        }
    }

    #[rustfmt::skip] // A table reads in rows.
    #[test]
    fn outbound_content_is_what_the_api_takes_and_becomes_a_message() {
        for (outbound, message) in [
            (json!({"type": "text", "text": "hi", "preview_url": true}), Some(json!({"type": "text", "text": "hi"}))),
            (json!({"type": "template", "name": "a", "language": "en", "components": []}), Some(json!({"type": "template", "name": "a", "language": "en", "components": []}))),
            (json!({"type": "image", "link": "https://x/y", "caption": "c"}), Some(json!({"type": "image", "media": {"link": "https://x/y"}, "caption": "c"}))),
            (json!({"type": "audio", "media_id": "1"}), Some(json!({"type": "audio", "media": {"id": "1"}, "voice": false}))),
            (json!({"type": "contacts", "contacts": [{}]}), Some(json!({"type": "contacts", "contacts": [{}]}))),
            (json!({"type": "reaction", "target": "m"}), None),
            (json!({"type": "read", "target": "m", "typing": false}), None),
        ] {
            let typed: OutboundContent = serde_json::from_value(outbound.clone()).unwrap();
            assert_eq!(outbound["type"], typed.type_name());
            assert_eq!(serde_json::to_value(&typed).unwrap(), outbound);
            assert_eq!(
                typed
                    .to_content()
                    .map(|content| serde_json::to_value(content).unwrap()),
                message
            );
        }
    }
}
