//! What a customer can send, in a form that is easy to write by hand.

use super::put;
use crate::whatsapp::ids;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The content of a customer's message. In JSON the variant is named by `type`, for example
/// `{"type": "text", "body": "Hello"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// A text.
    Text { body: String },
    /// A picture.
    Image(Media),
    /// A film.
    Video(Media),
    /// A sound file.
    Audio(Media),
    /// A recorded voice message.
    Voice(Media),
    /// A file.
    Document(Media),
    /// A sticker.
    Sticker(Media),
    /// A place on the map.
    Location {
        latitude: f64,
        longitude: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    /// Shared contact cards, in Meta's own form.
    Contacts { contacts: Vec<Value> },
    /// An emoji on a message; without `emoji` the reaction is taken back. Without `message_id` it
    /// goes to the newest message of the conversation.
    Reaction {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emoji: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message_id: Option<String>,
    },
    /// A tap on a template's quick-reply button.
    Button { payload: String, text: String },
    /// A tap on a button of an interactive message.
    ButtonReply { id: String, title: String },
    /// A choice from an interactive list.
    ListReply {
        id: String,
        title: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
    },
    /// The answer of a flow; `response_json` is a JSON text.
    FlowReply { response_json: String },
    /// A shopping cart, in Meta's own form.
    Order { order: Value },
    /// A message that this API cannot carry.
    Unsupported,
    /// Any other type: `kind` is Meta's name and `value` the object of that name.
    Other { kind: String, value: Value },
}

/// An attachment of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// The media id; a fresh one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The MIME type; a usual one for the kind of message when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// The text below the attachment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// The name of a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
}

/// The bytes behind a media id. They are not a playable file of their type, but their hash and size
/// are those that webhooks and metadata state.
pub(crate) fn media_bytes(media_id: &str) -> Vec<u8> {
    format!("sandbox media {media_id}\n").into_bytes()
}

/// The hash as webhooks state it: Base64 of SHA-256.
pub(crate) fn media_hash(media_id: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(media_bytes(media_id)))
}

impl Content {
    /// Meta's name of the message type and the object it holds, if it holds one.
    pub(super) fn object(&self) -> (&str, Option<Value>) {
        let usual_type = self.usual_type();
        let (kind, value) = match self {
            Self::Text { body } => ("text", json!({ "body": body })),
            Self::Image(media) => ("image", media.object(usual_type, None)),
            Self::Video(media) => ("video", media.object(usual_type, None)),
            Self::Audio(media) => ("audio", media.object(usual_type, Some(("voice", false)))),
            Self::Voice(media) => ("audio", media.object(usual_type, Some(("voice", true)))),
            Self::Document(media) => ("document", media.object(usual_type, None)),
            Self::Sticker(media) => ("sticker", media.object(usual_type, Some(("animated", false)))),
            Self::Location { latitude, longitude, name, address } => {
                let mut place = Map::new();
                place.insert("latitude".into(), json!(latitude));
                place.insert("longitude".into(), json!(longitude));
                put(&mut place, "name", name.as_deref());
                put(&mut place, "address", address.as_deref());
                ("location", place.into())
            }
            Self::Contacts { contacts } => ("contacts", json!(contacts)),
            Self::Reaction { emoji, message_id } => {
                let mut reaction = Map::new();
                put(&mut reaction, "message_id", message_id.as_deref());
                put(&mut reaction, "emoji", emoji.as_deref());
                ("reaction", reaction.into())
            }
            Self::Button { payload, text } => ("button", json!({ "payload": payload, "text": text })),
            Self::ButtonReply { id, title } => interactive("button_reply", &json!({ "id": id, "title": title })),
            Self::ListReply { id, title, description } => {
                let mut row = Map::new();
                row.insert("id".into(), json!(id));
                row.insert("title".into(), json!(title));
                put(&mut row, "description", description.as_deref());
                interactive("list_reply", &row.into())
            }
            Self::FlowReply { response_json } => {
                interactive("nfm_reply", &json!({ "name": "flow", "body": "Sent", "response_json": response_json }))
            }
            Self::Order { order } => ("order", order.clone()),
            Self::Unsupported => return ("unsupported", None),
            Self::Other { kind, value } => (kind.as_str(), value.clone()),
        };
        (kind, Some(value))
    }

    /// The attachment with its id and MIME type settled, if the content has one.
    pub(crate) fn settle_media(&mut self) -> Option<(&str, &str)> {
        let usual_type = self.usual_type();
        match self {
            Self::Image(media)
            | Self::Video(media)
            | Self::Audio(media)
            | Self::Voice(media)
            | Self::Document(media)
            | Self::Sticker(media) => {
                let id = media.id.get_or_insert_with(ids::media_id);
                let mime_type = media.mime_type.get_or_insert_with(|| usual_type.to_owned());
                Some((id, mime_type))
            }
            _ => None,
        }
    }

    /// The MIME type that phones send for this kind of attachment.
    fn usual_type(&self) -> &'static str {
        match self {
            Self::Image(_) => "image/jpeg",
            Self::Video(_) => "video/mp4",
            Self::Audio(_) => "audio/mpeg",
            Self::Voice(_) => "audio/ogg; codecs=opus",
            Self::Sticker(_) => "image/webp",
            _ => "application/pdf",
        }
    }
}

impl Media {
    /// An attachment with a caption.
    pub fn captioned(caption: impl Into<String>) -> Self {
        Self { caption: Some(caption.into()), ..Self::default() }
    }

    fn object(&self, usual_type: &str, flag: Option<(&str, bool)>) -> Value {
        let id = self.id.clone().unwrap_or_else(ids::media_id);
        let mut object = Map::new();
        object.insert("sha256".into(), media_hash(&id).into());
        object.insert("id".into(), id.into());
        object.insert("mime_type".into(), self.mime_type.as_deref().unwrap_or(usual_type).into());
        put(&mut object, "caption", self.caption.as_deref());
        put(&mut object, "filename", self.filename.as_deref());
        if let Some((name, set)) = flag {
            object.insert(name.into(), set.into());
        }
        object.into()
    }
}

fn interactive(kind: &'static str, reply: &Value) -> (&'static str, Value) {
    ("interactive", json!({ "type": kind, kind: reply }))
}
