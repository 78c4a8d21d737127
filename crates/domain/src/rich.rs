//! Messages that say more than words: cards, products, surveys, quick replies, and what plugins make of their own.
//!
//! They are the host's. A channel whose plugin says in its manifest that it can show a type gets messages of that type as
//! they are; every other gets [`text_of`] (ADR 0030). These types are the source of `schemas/message.schema.json`.

mod choice;
mod text;

pub use choice::chosen;
pub use text::text_of;

use crate::conversation::named;
use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A message that says more than words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schemars(title = "Signalbox rich message")]
pub enum Rich {
    /// A heading with words, a picture and links.
    Card(Card),
    /// Something that is for sale.
    Product(Product),
    /// A question about an opinion, with the answers that there are.
    Survey(Survey),
    /// Words, and answers to choose from.
    QuickReplies(QuickReplies),
    /// A type of message that a plugin's manifest describes.
    Component(Component),
}

/// The types of rich messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "they are described where they are")]
pub enum Kind {
    Card,
    Product,
    Survey,
    QuickReplies,
    Component,
}
named!(Kind, "type of rich message", {
    Card => "card", Product => "product", Survey => "survey", QuickReplies => "quick_replies", Component => "component",
});

/// A heading with words, a picture and links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The heading.
    #[schemars(length(min = 1, max = 200))]
    pub title: String,
    /// Words under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2000))]
    pub text: Option<String>,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Where it leads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 3))]
    pub links: Vec<Link>,
}

/// Something that is for sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// What it is called.
    #[schemars(length(min = 1, max = 200))]
    pub title: String,
    /// What there is to say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2000))]
    pub text: Option<String>,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Its page in the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = HTTPS), length(max = 2000))]
    pub url: Option<String>,
    /// The shop's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub id: Option<String>,
}

/// A question about an opinion, with the answers that there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Survey {
    /// The question.
    #[schemars(length(min = 1, max = 2000))]
    pub question: String,
    /// The answers, in their order.
    #[schemars(length(min = 2, max = 10))]
    pub answers: Vec<Choice>,
    /// Where it can be answered, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = HTTPS), length(max = 2000))]
    pub url: Option<String>,
}

/// Words, and answers to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuickReplies {
    /// The words.
    #[schemars(length(min = 1, max = 4000))]
    pub text: String,
    /// The answers, in their order. Other answers can be given, too.
    #[schemars(length(min = 1, max = 10))]
    pub replies: Vec<Choice>,
}

/// A message of a type that a plugin describes in its manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The plugin's id and the name of the type, such as `shopify.order_status`.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]{1,62}\.[a-z][a-z0-9_.]{0,99}$"))]
    pub component: String,
    /// What the type asks for.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// What it says where it cannot be shown.
    #[schemars(length(min = 1, max = 4000))]
    pub text: String,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Where it can be fetched.
    #[schemars(regex(pattern = HTTPS), length(max = 2000))]
    pub url: String,
    /// What it shows, for who does not see it.
    #[schemars(length(min = 1, max = 500))]
    pub alt: String,
}

/// A link with words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The words.
    #[schemars(length(min = 1, max = 80))]
    pub title: String,
    /// Where it leads.
    #[schemars(regex(pattern = HTTPS), length(max = 2000))]
    pub url: String,
}

/// What something costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Digits, with a point before the fraction.
    #[schemars(regex(pattern = r"^[0-9]{1,12}(\.[0-9]{1,4})?$"))]
    pub amount: String,
    /// As in ISO 4217.
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    pub currency: String,
}

/// An answer to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What programs know it by; another for each.
    #[schemars(length(min = 1, max = 200))]
    pub id: String,
    /// What the customer reads.
    #[schemars(length(min = 1, max = 80))]
    pub title: String,
}

/// An address that anybody may be sent to.
const HTTPS: &str = r"^https://[^\s/]+(/\S*)?$";

impl Rich {
    /// Which type it is of.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Card(_) => Kind::Card,
            Self::Product(_) => Kind::Product,
            Self::Survey(_) => Kind::Survey,
            Self::QuickReplies(_) => Kind::QuickReplies,
            Self::Component(_) => Kind::Component,
        }
    }

    /// The answers that it offers.
    pub fn choices(&self) -> &[Choice] {
        match self {
            Self::Survey(survey) => &survey.answers,
            Self::QuickReplies(quick) => &quick.replies,
            Self::Card(_) | Self::Product(_) | Self::Component(_) => &[],
        }
    }

    /// The first answer whose id another one has: which of the two was chosen could not be told.
    pub fn repeated_choice(&self) -> Option<usize> {
        let choices = self.choices();
        (0..choices.len()).find(|&place| choices[..place].iter().any(|earlier| earlier.id == choices[place].id))
    }
}

impl Kind {
    /// The schema of a message of this type, but for its `type`.
    pub fn schema(self) -> Schema {
        match self {
            Self::Card => schema_for!(Card),
            Self::Product => schema_for!(Product),
            Self::Survey => schema_for!(Survey),
            Self::QuickReplies => schema_for!(QuickReplies),
            Self::Component => schema_for!(Component),
        }
    }
}

/// The JSON Schema of rich messages, for editors and for `schemas/message.schema.json`.
pub fn schema() -> Value {
    schema_for!(Rich).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_names_of_the_types_are_those_in_the_messages() {
        let component =
            json!({ "type": "component", "component": "shop.order", "data": { "a": 1 }, "text": "An order" });
        for (message, kind) in [
            (json!({ "type": "card", "title": "Lamp" }), Kind::Card),
            (
                json!({ "type": "product", "title": "Lamp", "price": { "amount": "9.50", "currency": "EUR" } }),
                Kind::Product,
            ),
            (json!({ "type": "survey", "question": "Well?", "answers": [] }), Kind::Survey),
            (
                json!({ "type": "quick_replies", "text": "Who?", "replies": [{ "id": "a", "title": "A" }] }),
                Kind::QuickReplies,
            ),
            (component, Kind::Component),
        ] {
            let rich: Rich = serde_json::from_value(message.clone()).unwrap();
            assert_eq!((rich.kind(), message["type"].as_str()), (kind, Some(kind.as_str())));
            assert_eq!(serde_json::to_value(rich).unwrap(), message, "what is not said is not stored");
        }
        assert!(serde_json::from_value::<Rich>(json!({ "type": "card", "title": "Lamp", "color": "red" })).is_err());
    }

    #[test]
    fn the_second_of_two_equal_ids_is_told() {
        let choice = |id: &str| Choice { id: id.to_owned(), title: "x".to_owned() };
        let quick = |ids: &[&str]| {
            Rich::QuickReplies(QuickReplies {
                text: "?".to_owned(),
                replies: ids.iter().map(|id| choice(id)).collect(),
            })
        };
        assert_eq!(quick(&["a", "b", "c"]).repeated_choice(), None);
        assert_eq!(quick(&["a", "b", "a"]).repeated_choice(), Some(2));
    }
}
