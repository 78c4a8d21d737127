//! Reading an event.
//!
//! What serde derives for a tagged enum copies all of it before it looks at the tag. The tag of an event stands first
//! as a rule, since the SDK writes it so: then the rest is read where it lies, and a fault in it has a place.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::Event;

const TAG: &str = "event";

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Message,
    MessageEdited,
    MessageRevoked,
    Reaction,
    Status,
    IdentityChanged,
    Contact,
    Custom,
}

impl Event {
    fn read<'de, D: Deserializer<'de>>(kind: &Kind, rest: D) -> Result<Self, D::Error> {
        match kind {
            Kind::Message => Deserialize::deserialize(rest).map(Self::Message),
            Kind::MessageEdited => Deserialize::deserialize(rest).map(Self::MessageEdited),
            Kind::MessageRevoked => Deserialize::deserialize(rest).map(Self::MessageRevoked),
            Kind::Reaction => Deserialize::deserialize(rest).map(Self::Reaction),
            Kind::Status => Deserialize::deserialize(rest).map(Self::Status),
            Kind::IdentityChanged => Deserialize::deserialize(rest).map(Self::IdentityChanged),
            Kind::Contact => Deserialize::deserialize(rest).map(Self::Contact),
            Kind::Custom => Deserialize::deserialize(rest).map(Self::Custom),
        }
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Tagged)
    }
}

struct Tagged;

impl<'de> Visitor<'de> for Tagged {
    type Value = Event;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Event, A::Error> {
        let Some(first) = object.next_key::<String>()? else { return Err(A::Error::missing_field(TAG)) };
        if first == TAG {
            let kind = object.next_value()?;
            return Event::read(&kind, MapAccessDeserializer::new(object));
        }
        let mut fields = Map::new();
        fields.insert(first, object.next_value()?);
        while let Some((name, value)) = object.next_entry()? {
            fields.insert(name, value);
        }
        let kind = fields.remove(TAG).ok_or_else(|| A::Error::missing_field(TAG))?;
        let kind = Kind::deserialize(kind).map_err(A::Error::custom)?;
        Event::read(&kind, Value::Object(fields)).map_err(A::Error::custom)
    }
}
