//! Reading what is to be sent.
//!
//! By hand, because what serde derives for a tagged enum with flattened fields first copies all of it, twice, and is a
//! tenth of a small plugin's code. Here the fields of all types stand in one struct, and the type picks its own.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{MediaSource, OutboundContent};

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Type {
    Text,
    Template,
    Image,
    Video,
    Audio,
    Document,
    Sticker,
    Interactive,
    Rich,
    Location,
    Contacts,
    Reaction,
    Read,
}

#[derive(Deserialize)]
struct Wire {
    r#type: Type,
    text: Option<String>,
    #[serde(default)]
    preview_url: bool,
    name: Option<String>,
    language: Option<String>,
    #[serde(default)]
    components: Vec<Value>,
    link: Option<String>,
    media_id: Option<String>,
    caption: Option<String>,
    filename: Option<String>,
    interactive: Option<Value>,
    rich: Option<Value>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    address: Option<String>,
    contacts: Option<Vec<Value>>,
    target: Option<String>,
    emoji: Option<String>,
    #[serde(default)]
    typing: bool,
}

impl<'de> Deserialize<'de> for OutboundContent {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(from)?;
        let source = MediaSource { link: wire.link, media_id: wire.media_id };
        let caption = wire.caption;
        Ok(match wire.r#type {
            Type::Text => Self::Text { text: required(wire.text, "text")?, preview_url: wire.preview_url },
            Type::Template => Self::Template {
                name: required(wire.name, "name")?,
                language: required(wire.language, "language")?,
                components: wire.components,
            },
            Type::Image => Self::Image { source, caption },
            Type::Video => Self::Video { source, caption },
            Type::Audio => Self::Audio { source },
            Type::Document => Self::Document { source, caption, filename: wire.filename },
            Type::Sticker => Self::Sticker { source },
            Type::Interactive => Self::Interactive { interactive: required(wire.interactive, "interactive")? },
            Type::Rich => Self::Rich { rich: required(wire.rich, "rich")? },
            Type::Location => Self::Location {
                latitude: required(wire.latitude, "latitude")?,
                longitude: required(wire.longitude, "longitude")?,
                name: wire.name,
                address: wire.address,
            },
            Type::Contacts => Self::Contacts { contacts: required(wire.contacts, "contacts")? },
            Type::Reaction => Self::Reaction { target: required(wire.target, "target")?, emoji: wire.emoji },
            Type::Read => Self::Read { target: required(wire.target, "target")?, typing: wire.typing },
        })
    }
}

fn required<T, E: Error>(field: Option<T>, name: &'static str) -> Result<T, E> {
    field.ok_or_else(|| E::missing_field(name))
}
