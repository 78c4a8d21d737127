//! Every fact a rule may name, with its type: the vocabulary of conditions and variables.

use crate::{definition::Operator, problem::suggestion, text};
use domain::{
    conversation::{Priority, Status},
    event::EventKind,
    message::{Direction, SenderKind},
};
use serde::Serialize;
use serde_json::Value;

/// One known fact.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Fact {
    /// Where it stands in the facts object, with dots; a last `*` is any attribute below.
    pub path: &'static str,
    /// What values it has.
    pub kind: FactKind,
    /// What it says, for people.
    pub meaning: &'static str,
}

/// What values a fact has, and so which operators fit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", content = "values", rename_all = "snake_case")]
pub enum FactKind {
    /// Free text.
    Text,
    /// One word of a closed list.
    Choice(&'static [&'static str]),
    /// A list of texts.
    List,
    /// True or false.
    Boolean,
    /// A number.
    Number,
    /// A time, as RFC 3339.
    Time,
    /// Whatever a tenant stored: text, number, boolean, list or time.
    Any,
}

impl FactKind {
    /// The operators that make sense for such a fact.
    pub fn operators(self) -> &'static [Operator] {
        use Operator::{
            After, AtLeast, AtMost, Before, Contains, EndsWith, Equals, Exists, GreaterThan, In, LessThan, Matches,
            NotContains, NotEquals, NotExists, NotIn, StartsWith,
        };
        match self {
            Self::Text => {
                &[Equals, NotEquals, In, NotIn, Contains, NotContains, StartsWith, EndsWith, Matches, Exists, NotExists]
            }
            Self::Choice(_) => &[Equals, NotEquals, In, NotIn, Exists, NotExists],
            Self::List => &[Contains, NotContains, Exists, NotExists],
            Self::Boolean => &[Equals, NotEquals, Exists, NotExists],
            Self::Number => &[Equals, NotEquals, In, NotIn, GreaterThan, LessThan, AtLeast, AtMost, Exists, NotExists],
            Self::Time => &[Before, After, Exists, NotExists],
            Self::Any => &[
                Equals,
                NotEquals,
                In,
                NotIn,
                Contains,
                NotContains,
                StartsWith,
                EndsWith,
                Matches,
                Exists,
                NotExists,
                GreaterThan,
                LessThan,
                AtLeast,
                AtMost,
                Before,
                After,
            ],
        }
    }

    /// The kind in a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Choice(_) => "one word of a list",
            Self::List => "a list of texts",
            Self::Boolean => "true or false",
            Self::Number => "a number",
            Self::Time => "a time",
            Self::Any => "a custom attribute",
        }
    }

    pub(super) fn admits(self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null)
            | (Self::Any, _)
            | (Self::Text, Value::String(_))
            | (Self::Boolean, Value::Bool(_))
            | (Self::Number, Value::Number(_)) => true,
            (Self::Choice(words), Value::String(word)) => words.contains(&word.as_str()),
            (Self::List, Value::Array(entries)) => entries.iter().all(Value::is_string),
            (Self::Time, Value::String(time)) => chrono::DateTime::parse_from_rfc3339(time).is_ok(),
            _ => false,
        }
    }
}

/// The words of a domain enumeration, so that the catalogue cannot fall behind it.
macro_rules! words {
    ($domain:ty) => {{
        const WORDS: [&str; <$domain>::ALL.len()] = {
            let mut words = [""; <$domain>::ALL.len()];
            let mut i = 0;
            while i < words.len() {
                words[i] = <$domain>::ALL[i].as_str();
                i += 1;
            }
            words
        };
        Choice(&WORDS)
    }};
}

const MESSAGE_TYPE: FactKind = Choice(&[
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "button",
    "interactive_reply",
    "order",
    "system",
    "template",
    "interactive",
    "card",
    "product",
    "survey",
    "quick_replies",
    "component",
    "unsupported",
]);

const fn fact(path: &'static str, kind: FactKind, meaning: &'static str) -> Fact {
    Fact { path, kind, meaning }
}

use FactKind::{Any, Boolean, Choice, List, Number, Text, Time};

/// Every fact a rule may name.
pub const CATALOGUE: &[Fact] = &[
    fact("event.id", Text, "The id of the event"),
    fact("event.type", words!(EventKind), "What happened"),
    fact("event.occurred_at", Time, "When it happened"),
    fact("event.name", Text, "Of a plugin's event: its name, such as shopify.order_created"),
    fact("event.data.*", Any, "Of a plugin's event: what the provider told, such as event.data.total_price"),
    fact("message.id", Text, "The id of the message"),
    fact("message.text", Text, "What was written, or the caption of a picture or file"),
    fact("message.type", MESSAGE_TYPE, "What kind of message it is"),
    fact("message.direction", words!(Direction), "Whether the customer wrote it, or we did"),
    fact("message.sender", words!(SenderKind), "Who wrote it"),
    fact("message.automated", Boolean, "Whether a rule, bot or auto-responder wrote it"),
    fact("message.forwarded", Boolean, "Whether it was forwarded from elsewhere"),
    fact("message.sent_at", Time, "When it was sent, as the provider says"),
    fact("conversation.id", Text, "The id of the conversation"),
    fact("conversation.status", words!(Status), "Its status"),
    fact("conversation.priority", words!(Priority), "Its priority"),
    fact("conversation.tags", List, "Its tags"),
    fact("conversation.channel", Text, "The channel it runs over, such as whatsapp"),
    fact("conversation.is_first", Boolean, "Whether it is the contact's first conversation"),
    fact("conversation.assigned", Boolean, "Whether an agent has it"),
    fact("conversation.message_count", Number, "How many messages it has, this one included"),
    fact("conversation.created_at", Time, "When it was opened"),
    fact("contact.id", Text, "The id of the contact"),
    fact("contact.name", Text, "The contact's name"),
    fact("contact.is_new", Boolean, "Whether the contact wrote for the first time"),
    fact("contact.phone_country", Text, "The country of the phone number, as ISO 3166 alpha-2"),
    fact("contact.email", Text, "The contact's email address"),
    fact("contact.created_at", Time, "When the contact was first seen"),
    fact("contact.custom.*", Any, "A custom attribute of the contact"),
    fact("contact.facts.*", Any, "What a plugin knows of the contact, such as contact.facts.shopify.customer.orders"),
    fact("agent.name", Text, "Of a canned response or macro: the name of whoever uses it"),
];

/// A fact of the catalogue, resolved: where to look, and what to expect there.
#[derive(Clone, Debug)]
pub(crate) struct FactPath {
    pub(crate) kind: FactKind,
    pub(super) segments: Box<[Box<str>]>,
    pub(super) entry: usize,
}

impl FactPath {
    /// Finds what was written in the catalogue; otherwise says what is wrong, for people.
    pub(crate) fn resolve(written: &str) -> Result<Self, String> {
        let entry = CATALOGUE.iter().position(|fact| match fact.path.strip_suffix('*') {
            Some(prefix) => written.strip_prefix(prefix).is_some_and(is_attribute),
            None => fact.path == written,
        });
        let Some(entry) = entry else {
            let hint = suggestion(written, CATALOGUE.iter().map(|fact| fact.path));
            return Err(format!("there is no fact `{}`{hint}", text::cut(written, 60)));
        };
        Ok(Self { kind: CATALOGUE[entry].kind, segments: written.split('.').map(Box::from).collect(), entry })
    }
}

/// Whether this can follow `contact.custom.` and its like: one or more names, with dots between them.
fn is_attribute(rest: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    rest.split('.').all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_known_or_explained() {
        assert_eq!(FactPath::resolve("message.text").unwrap().kind, FactKind::Text);
        assert_eq!(FactPath::resolve("contact.custom.plan").unwrap().kind, FactKind::Any);
        assert!(FactPath::resolve("contact.custom.address.city").is_ok());
        for bad in ["", "message", "message.text.x", "contact.custom.", "contact.custom.a..b"] {
            assert!(FactPath::resolve(bad).is_err(), "{bad}");
        }
        let message = FactPath::resolve("conversation.statsu").unwrap_err();
        assert!(message.contains("did you mean `conversation.status`?"), "{message}");
    }

    #[test]
    fn the_catalogue_has_no_path_twice() {
        let mut paths: Vec<_> = CATALOGUE.iter().map(|fact| fact.path).collect();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), CATALOGUE.len());
    }
}
