//! Fields of a tenant's own making, and which values they take.

mod read;

use crate::conversation::named;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What has the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Owner {
    Conversation,
    Contact,
    Company,
}
named!(Owner, "owner of attributes", {
    Conversation => "conversation", Contact => "contact", Company => "company",
});

/// Which values a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text of at most 10,000 characters.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// A day, as `2026-11-26`.
    Date,
    /// One of the options.
    Choice,
    /// Some of the options.
    Choices,
    /// An address that begins with `http://` or `https://`.
    Link,
}
named!(Kind, "kind of attribute", {
    Text => "text", Number => "number", Boolean => "boolean", Date => "date", Choice => "choice",
    Choices => "choices", Link => "link",
});

/// The longest text of a field.
const LONGEST: usize = 10_000;

impl Kind {
    /// What a value of this kind must be, if this one is none. `options` are what may be chosen.
    pub fn objection(self, value: &Value, options: &[String]) -> Option<&'static str> {
        let is_option =
            |value: &Value| value.as_str().is_some_and(|value| options.iter().any(|option| option == value));
        let is_text = |value: &Value| value.as_str().is_some_and(|text| text.chars().count() <= LONGEST);
        let (fits, what) = match self {
            Self::Text => (is_text(value), "must be a text of at most 10000 characters"),
            Self::Number => (value.is_number(), "must be a number"),
            Self::Boolean => (value.is_boolean(), "must be true or false"),
            Self::Date => (
                value.as_str().is_some_and(|day| day.parse::<NaiveDate>().is_ok()),
                "must be a day, such as 2026-11-26",
            ),
            Self::Choice => (is_option(value), "must be one of the options"),
            Self::Choices => {
                (value.as_array().is_some_and(|chosen| chosen.iter().all(is_option)), "must be a list of options")
            }
            Self::Link => (
                is_text(value)
                    && value.as_str().is_some_and(|link| link.starts_with("https://") || link.starts_with("http://")),
                "must be an address that begins with http:// or https://",
            ),
        };
        (!fits).then_some(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_of_its_kind() {
        let options = ["free".to_owned(), "paid".to_owned()];
        for (kind, good, bad) in [
            (Kind::Text, json!("text"), json!(1)),
            (Kind::Number, json!(1.5), json!("1")),
            (Kind::Boolean, json!(false), json!("false")),
            (Kind::Date, json!("2026-02-28"), json!("2026-02-30")),
            (Kind::Choice, json!("paid"), json!("gold")),
            (Kind::Choices, json!(["free", "paid"]), json!(["free", 1])),
            (Kind::Link, json!("https://example.com"), json!("javascript:alert(1)")),
        ] {
            assert_eq!(kind.objection(&good, &options), None, "{kind}");
            assert!(kind.objection(&bad, &options).is_some(), "{kind}");
        }
        assert!(Kind::Text.objection(&json!("x".repeat(10_001)), &[]).is_some());
    }
}
