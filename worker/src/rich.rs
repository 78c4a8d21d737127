//! What a channel is given of a message: rich ones as they are where its plugin can show them, as text elsewhere.

use domain::rich::{Kind, QuickReplies, Rich, Survey, text_of};
use manifest::Manifest;
use plugin_sdk::OutboundContent;
use serde::Deserialize;
use serde_json::{Value, json};

/// The stored content of a message as the plugin is told it. What this version does not know, because a later one has
/// stored it, is text.
pub fn for_channel(stored: &Value, manifest: &Manifest) -> OutboundContent {
    if is_rich(stored)
        && let Ok(rich) = Rich::deserialize(stored)
    {
        return shown(&rich, manifest);
    }
    OutboundContent::deserialize(stored).unwrap_or_else(|_| text(text_of(stored)))
}

fn is_rich(stored: &Value) -> bool {
    stored.get("type").and_then(Value::as_str).is_some_and(|kind| kind.parse::<Kind>().is_ok())
}

fn shown(rich: &Rich, manifest: &Manifest) -> OutboundContent {
    if fits(rich, manifest) {
        return OutboundContent::Rich { rich: json!(rich) };
    }
    // Its answers may still be buttons.
    if let Rich::Survey(survey) = rich {
        let quick = Rich::QuickReplies(quick_replies(survey));
        if fits(&quick, manifest) {
            return OutboundContent::Rich { rich: json!(quick) };
        }
    }
    text(rich.text())
}

fn text(text: String) -> OutboundContent {
    OutboundContent::Text { text, preview_url: false }
}

/// Whether the plugin can show a message as it is.
fn fits(rich: &Rich, manifest: &Manifest) -> bool {
    let Some(limits) = manifest.rich.get(&rich.kind()) else { return false };
    let text = match rich {
        Rich::Card(card) => card.text.as_deref(),
        Rich::Product(product) => product.text.as_deref(),
        Rich::Survey(survey) => Some(survey.question.as_str()),
        Rich::QuickReplies(quick) => Some(quick.text.as_str()),
        Rich::Component(component) => Some(component.text.as_str()),
    };
    let within = |count: usize, most: Option<u32>| most.is_none_or(|most| count <= most as usize);
    let title = rich.choices().iter().map(|choice| choice.title.chars().count()).max().unwrap_or_default();
    within(rich.choices().len(), limits.choices.map(u32::from))
        && within(title, limits.choice_title.map(u32::from))
        && within(text.unwrap_or_default().chars().count(), limits.text)
}

/// A survey without the looks of one.
fn quick_replies(survey: &Survey) -> QuickReplies {
    let lines: Vec<_> = [Some(survey.question.as_str()), survey.url.as_deref()].into_iter().flatten().collect();
    QuickReplies { text: lines.join("\n"), replies: survey.answers.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(rich: &Value) -> Manifest {
        let manifest = json!({
            "id": "chat", "name": "Chat", "version": "1.0.0", "api": "1", "interfaces": ["channel"], "rich": rich,
        });
        Manifest::parse(manifest.to_string().as_bytes()).unwrap()
    }

    fn quick(titles: &[&str]) -> Value {
        let replies: Vec<_> = titles.iter().map(|title| json!({ "id": title, "title": title })).collect();
        json!({ "type": "quick_replies", "text": "Who?", "replies": replies })
    }

    #[test]
    fn a_channel_gets_what_it_can_show_and_text_instead_of_the_rest() {
        let buttons = manifest(&json!({ "quick_replies": { "choices": 3, "choice_title": 5, "text": 20 } }));
        let (plain, cards) = (manifest(&json!({})), manifest(&json!({ "card": {} })));
        let card =
            json!({ "type": "card", "title": "Lamp", "links": [{ "title": "Shop", "url": "https://x.example" }] });
        let survey = |url: Value| json!({ "type": "survey", "question": "Well?", "answers": quick(&["Good", "Bad"])["replies"], "url": url });
        let long = "https://a-very-long.example/address";
        for (stored, manifest, given) in [
            (quick(&["Ann", "Bob"]), &buttons, None),
            (quick(&["Ann", "Bob"]), &plain, Some("Who?\n1. Ann\n2. Bob")),
            (quick(&["A", "B", "C", "D"]), &buttons, Some("Who?\n1. A\n2. B\n3. C\n4. D")),
            (quick(&["Bartholomew"]), &buttons, Some("Who?\n1. Bartholomew")),
            (card.clone(), &cards, None),
            (card, &buttons, Some("Lamp\nShop: https://x.example")),
            (survey(json!(long)), &buttons, Some("Well?\n1. Good\n2. Bad\nhttps://a-very-long.example/address")),
            (json!({ "type": "carousel", "title": "Lamps" }), &cards, Some("Lamps")),
        ] {
            let expected = match given {
                Some(given) => text(given.to_owned()),
                None => OutboundContent::Rich { rich: stored.clone() },
            };
            assert_eq!(for_channel(&stored, manifest), expected, "{stored}");
        }
        let as_buttons = OutboundContent::Rich {
            rich: json!({
            "type": "quick_replies", "text": "Well?", "replies": quick(&["Good", "Bad"])["replies"] }),
        };
        assert_eq!(for_channel(&survey(Value::Null), &buttons), as_buttons);
        let words = json!({ "type": "text", "text": "Hi", "preview_url": true });
        let said = OutboundContent::Text { text: "Hi".to_owned(), preview_url: true };
        assert_eq!(for_channel(&words, &buttons), said);
    }
}
