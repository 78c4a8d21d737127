//! What is in a page, told by its fields.

use super::ConvertError;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A saved answer of the API.
pub(super) struct Page {
    pub objects: Vec<Object>,
}

/// An object in it. Of messages only what tells where they belong: they are read again when it is their turn.
pub(super) enum Object {
    Inbox(i64, Value),
    Agent(i64, Value),
    Contact(i64, Value),
    Conversation(i64, Value),
    /// Its id, its conversation's, and whether the contact wrote it.
    Message(i64, i64, bool),
    Other,
}

/// The messages of a conversation in a file.
pub(super) struct MessagePage {
    pub conversation: i64,
    /// The least id of them.
    pub first: i64,
    pub file: PathBuf,
}

/// Reads a page.
pub(super) fn read(path: &Path) -> Result<Page, ConvertError> {
    Ok(Page { objects: objects(path)?.into_iter().map(classify).collect() })
}

/// The messages of a conversation in a page, in the order of their ids.
pub(super) fn messages(path: &Path, conversation: i64) -> Result<Vec<Value>, ConvertError> {
    let is_of = |object: &Value| message(object).is_some_and(|(_, of, _)| of == conversation);
    let mut messages: Vec<_> = objects(path)?.into_iter().filter(is_of).collect();
    messages.sort_by_key(|message| number(message, "id"));
    Ok(messages)
}

/// Lists come bare, as `payload`, or as `payload` within `data`; a single object comes bare or as `payload`.
fn objects(path: &Path) -> Result<Vec<Value>, ConvertError> {
    let text = fs::read(path).map_err(|source| ConvertError::Read { path: path.to_owned(), source })?;
    let mut page: Value = serde_json::from_slice(&text).map_err(|error| ConvertError::NotJson {
        path: path.to_owned(),
        line: error.line(),
        column: error.column(),
    })?;
    let list = ["/data/payload", "/payload", "/data"].into_iter().find(|place| page.pointer(place).is_some());
    let list = match list {
        Some(place) => page.pointer_mut(place).map(Value::take).unwrap_or_default(),
        None => page,
    };
    Ok(match list {
        Value::Array(objects) => objects,
        object => vec![object],
    })
}

fn classify(object: Value) -> Object {
    if let Some((id, conversation, is_inbound)) = message(&object) {
        return Object::Message(id, conversation, is_inbound);
    }
    let Some(id) = number(&object, "id") else { return Object::Other };
    let has = |key: &str| object.get(key).is_some();
    if has("meta") && has("inbox_id") && has("status") {
        Object::Conversation(id, object)
    } else if has("channel_type") {
        Object::Inbox(id, object)
    } else if has("role") && has("email") {
        Object::Agent(id, object)
    } else if has("phone_number") && has("identifier") {
        Object::Contact(id, object)
    } else {
        Object::Other
    }
}

fn message(object: &Value) -> Option<(i64, i64, bool)> {
    let kind = Type::of(object)?;
    Some((number(object, "id")?, number(object, "conversation_id")?, kind == Type::Incoming))
}

/// Who a message is from. The API writes it as a number, webhooks as a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Incoming,
    Outgoing,
    /// What happened, as "Conversation was marked resolved".
    Activity,
    /// What Chatwoot sends by itself: greetings, questions for an address or a rating.
    Template,
}

impl Type {
    pub fn of(message: &Value) -> Option<Self> {
        match message.get("message_type")? {
            Value::Number(number) => match number.as_i64()? {
                0 => Some(Self::Incoming),
                1 => Some(Self::Outgoing),
                2 => Some(Self::Activity),
                3 => Some(Self::Template),
                _ => None,
            },
            Value::String(word) => match word.as_str() {
                "incoming" => Some(Self::Incoming),
                "outgoing" => Some(Self::Outgoing),
                "activity" => Some(Self::Activity),
                "template" => Some(Self::Template),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A text that is not empty.
pub(super) fn text<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str().filter(|text| !text.trim().is_empty())
}

/// A whole number.
pub(super) fn number(object: &Value, key: &str) -> Option<i64> {
    object.get(key)?.as_i64()
}

/// A list; empty where there is none.
pub(super) fn array<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A time: seconds since 1970, where 0 is none, or RFC 3339.
pub(super) fn time(object: &Value, key: &str) -> Option<DateTime<Utc>> {
    match object.get(key)? {
        Value::Number(seconds) => seconds.as_i64().filter(|n| *n > 0).and_then(|n| DateTime::from_timestamp(n, 0)),
        Value::String(text) => DateTime::parse_from_rfc3339(text).ok().map(Into::into),
        _ => None,
    }
}

/// The beginning of a text that may be longer than we keep.
pub(super) fn at_most(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
