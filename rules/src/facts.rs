//! The facts that rules may ask about: one event's values, in the shape of the catalogue.

mod catalogue;

use crate::text;
pub(crate) use catalogue::FactPath;
pub use catalogue::{CATALOGUE, Fact, FactKind};
use serde_json::{Map, Value};
use std::{borrow::Cow, sync::OnceLock};

/// What is known when an event is evaluated: a JSON object in the shape of the [`CATALOGUE`], so
/// that `message.text` is the field `text` of the object `message`.
///
/// Folded forms of texts are kept, so that a thousand rules fold a message once.
#[derive(Debug)]
pub struct Facts {
    values: Map<String, Value>,
    folded: Box<[OnceLock<String>]>,
    phrase: OnceLock<String>,
}

impl Facts {
    /// Facts from a JSON object.
    pub fn new(values: Map<String, Value>) -> Self {
        let folded = CATALOGUE.iter().map(|_| OnceLock::new()).collect();
        Self { values, folded, phrase: OnceLock::new() }
    }

    /// Facts from any JSON value; anything but an object is no facts at all.
    pub fn from_value(value: &Value) -> Self {
        Self::new(value.as_object().cloned().unwrap_or_default())
    }

    /// The object itself.
    pub fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    /// The paths of values that no rule can use: not in the catalogue, or not of its type. Empty
    /// for facts that are built as the catalogue says; meant for tests of whoever builds them.
    pub fn strangers(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect_strangers(&self.values, "", &mut found);
        found
    }

    /// A fact by its path, absent if missing or null.
    pub(crate) fn get(&self, path: &FactPath) -> Option<&Value> {
        let (first, rest) = path.segments.split_first()?;
        rest.iter()
            .try_fold(self.values.get(first.as_ref())?, |value, name| match value {
                // What providers tell has lists of objects in it: the first is 0.
                Value::Array(entries) => entries.get(name.parse::<usize>().ok()?),
                value => value.get(name.as_ref()),
            })
            .filter(|value| !value.is_null())
    }

    /// A text of these facts in folded form; `text` must be the value at `path`, or a part of it.
    pub(crate) fn fold<'a>(&'a self, path: &FactPath, text: &'a str) -> Cow<'a, str> {
        match path.kind {
            FactKind::Text | FactKind::Choice(_) => {
                Cow::Borrowed(self.folded[path.entry].get_or_init(|| text::fold(text)))
            }
            _ => Cow::Owned(text::fold(text)),
        }
    }

    /// The message's text as keywords see it.
    pub(crate) fn message_phrase(&self) -> &str {
        self.phrase.get_or_init(|| text::fold_phrase(self.text("message", "text").unwrap_or_default()))
    }

    /// A text directly below a part.
    pub(crate) fn text(&self, part: &str, name: &str) -> Option<&str> {
        self.values.get(part)?.get(name)?.as_str()
    }

    /// Whether a boolean directly below a part is there and true.
    pub(crate) fn flag(&self, part: &str, name: &str) -> bool {
        self.values.get(part).and_then(|part| part.get(name)) == Some(&Value::Bool(true))
    }
}

fn collect_strangers(values: &Map<String, Value>, prefix: &str, found: &mut Vec<String>) {
    for (name, value) in values {
        let path = format!("{prefix}{name}");
        match (FactPath::resolve(&path), value) {
            (Ok(known), value) if known.kind.admits(value) => {}
            (Err(_), Value::Object(below)) => {
                collect_strangers(below, &format!("{path}."), found);
            }
            _ => found.push(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn null_is_absent() {
        let facts = Facts::from_value(&json!({ "contact": { "name": null, "is_new": false } }));
        assert_eq!(facts.get(&FactPath::resolve("contact.name").unwrap()), None);
        assert!(facts.get(&FactPath::resolve("contact.is_new").unwrap()).is_some());
        assert_eq!(facts.get(&FactPath::resolve("message.text").unwrap()), None);
    }

    #[test]
    fn entries_of_lists_are_counted_from_zero() {
        let data = json!({ "line_items": [{ "title": "Lamp" }, { "title": "Vase" }] });
        let facts = Facts::from_value(&json!({ "event": { "data": data } }));
        let title = |path: &str| facts.get(&FactPath::resolve(path).unwrap()).cloned();
        assert_eq!(title("event.data.line_items.1.title"), Some(json!("Vase")));
        assert_eq!(title("event.data.line_items.2.title"), None);
        assert_eq!(title("event.data.line_items.first.title"), None);
    }

    #[test]
    fn strangers_are_unknown_paths_and_wrong_types() {
        let facts = Facts::from_value(&json!({
            "message": { "text": 5, "colour": "red", "sent_at": "yesterday" },
            "conversation": { "status": "asleep", "tags": ["a"] },
            "contact": { "name": null, "custom": { "plan": ["x", 1], "deep": { "er": 1 } } },
            "weather": "fine"
        }));
        assert_eq!(
            facts.strangers(),
            ["conversation.status", "message.colour", "message.sent_at", "message.text", "weather"]
        );
    }
}
