//! What a rich message says in words alone.

use super::{Choice, Link, Rich};
use serde_json::Value;

/// The fields of a message of an unknown type that read like words, the most telling first.
const WORDS: [&str; 5] = ["text", "title", "question", "caption", "name"];

/// What a message says in words alone: in previews and search, and on channels that cannot show it. A message of a type
/// that is not known here, such as one of a later version, says whatever of it reads like words.
pub fn text_of(message: &Value) -> String {
    match serde_json::from_value::<Rich>(message.clone()) {
        Ok(rich) => rich.text(),
        Err(_) => unknown(message),
    }
}

fn unknown(message: &Value) -> String {
    let words = |name: &&str| message.get(name)?.as_str().filter(|text| !text.trim().is_empty());
    match WORDS.iter().find_map(words) {
        Some(text) => text.to_owned(),
        None => format!("[{}]", message.get("type").and_then(Value::as_str).unwrap_or("message")),
    }
}

impl Rich {
    /// What it says in words alone, a line for each thing. Choices are numbered: the number is an answer.
    pub fn text(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        match self {
            Self::Card(card) => {
                lines.push(card.title.clone());
                lines.extend(card.text.clone());
                lines.extend(card.links.iter().map(link));
            }
            Self::Product(product) => {
                let price = product.price.as_ref().map(|price| format!(", {} {}", price.amount, price.currency));
                lines.push(format!("{}{}", product.title, price.unwrap_or_default()));
                lines.extend(product.text.clone());
                lines.extend(product.url.clone());
            }
            Self::Survey(survey) => {
                lines.push(survey.question.clone());
                lines.extend(numbered(&survey.answers));
                lines.extend(survey.url.clone());
            }
            Self::QuickReplies(quick) => {
                lines.push(quick.text.clone());
                lines.extend(numbered(&quick.replies));
            }
            Self::Component(component) => lines.push(component.text.clone()),
        }
        lines.join("\n")
    }
}

fn link(link: &Link) -> String {
    format!("{}: {}", link.title, link.url)
}

fn numbered(choices: &[Choice]) -> impl Iterator<Item = String> {
    choices.iter().enumerate().map(|(place, choice)| format!("{}. {}", place + 1, choice.title))
}

#[cfg(test)]
mod tests {
    use super::text_of;
    use serde_json::json;

    #[test]
    fn everything_can_be_said_in_words() {
        let replies = json!([{ "id": "s", "title": "Sales" }, { "id": "h", "title": "Help" }]);
        for (message, text) in [
            (
                json!({ "type": "card", "title": "Lamp", "text": "It shines.",
                        "image": { "url": "https://x.example/1", "alt": "A lamp" },
                        "links": [{ "title": "Shop", "url": "https://x.example" }] }),
                "Lamp\nIt shines.\nShop: https://x.example",
            ),
            (json!({ "type": "card", "title": "Lamp" }), "Lamp"),
            (
                json!({ "type": "product", "title": "Lamp", "price": { "amount": "9.50", "currency": "EUR" },
                        "url": "https://x.example/lamp" }),
                "Lamp, 9.50 EUR\nhttps://x.example/lamp",
            ),
            (json!({ "type": "survey", "question": "Well?", "answers": replies }), "Well?\n1. Sales\n2. Help"),
            (json!({ "type": "quick_replies", "text": "Who?", "replies": replies }), "Who?\n1. Sales\n2. Help"),
            (json!({ "type": "component", "component": "shop.order", "text": "Order 1" }), "Order 1"),
            // Of another version, or broken.
            (json!({ "type": "carousel", "title": "Three lamps", "items": [] }), "Three lamps"),
            (json!({ "type": "carousel", "text": " ", "items": [] }), "[carousel]"),
            (json!({ "type": "card", "text": "no title" }), "no title"),
            (json!(7), "[message]"),
        ] {
            assert_eq!(text_of(&message), text, "{message}");
        }
    }
}
