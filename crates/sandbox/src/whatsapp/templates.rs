//! Message templates as an account's owner has had them approved.

use serde::{Deserialize, Serialize};

/// One template in one language, in the form of Meta's `message_templates` edge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Meta's id.
    pub id: String,
    /// The name, unique together with the language.
    pub name: String,
    /// The language code, such as `en_US`.
    pub language: String,
    /// Only `APPROVED` templates can be sent.
    pub status: TemplateStatus,
    /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
    pub category: String,
    /// Whether parameters are numbered or named.
    #[serde(default)]
    pub parameter_format: ParameterFormat,
    /// Header, body, footer and buttons.
    pub components: Vec<Component>,
}

/// Meta's verdict on a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TemplateStatus {
    /// Can be sent.
    Approved,
    /// Waits for review.
    Pending,
    /// Failed review.
    Rejected,
    /// Temporarily stopped for its low quality.
    Paused,
    /// Stopped for good.
    Disabled,
}

/// How a template names its parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ParameterFormat {
    /// `{{1}}`, `{{2}}`, …
    #[default]
    Positional,
    /// `{{order_number}}`, …
    Named,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "UPPERCASE")]
pub enum Component {
    /// A line of text, a medium or a location above the body.
    Header {
        /// `TEXT`, `IMAGE`, `VIDEO`, `DOCUMENT` or `LOCATION`.
        format: String,
        /// The text of a text header.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// The text.
    Body {
        /// With `{{…}}` where parameters go.
        text: String,
    },
    /// A line below, without parameters.
    Footer {
        /// The text.
        text: String,
    },
    /// Up to ten buttons.
    Buttons {
        /// In the order of their indexes.
        buttons: Vec<Button>,
    },
}

/// A template's button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// `QUICK_REPLY`, `URL`, `PHONE_NUMBER`, `COPY_CODE`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The label.
    pub text: String,
    /// The address of a `URL` button; it needs a parameter if it has a placeholder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Template {
    /// The templates of an account that was given none: Meta's `hello_world`, one in two languages
    /// with parameters, and one with a picture and buttons.
    pub fn samples() -> Vec<Self> {
        vec![
            Self::text("hello_world", "en_US", "UTILITY", "Welcome and congratulations!"),
            Self::text("order_update", "en_US", "UTILITY", "Hello {{1}}, your order {{2}} is on its way."),
            Self::text("order_update", "de", "UTILITY", "Hallo {{1}}, Ihre Bestellung {{2}} ist unterwegs."),
            Self::text(
                "continue_conversation",
                "en_US",
                "UTILITY",
                "Hello {{1}}, we have an answer for you. Shall we go on?",
            ),
            Self {
                components: vec![
                    Component::Header { format: "IMAGE".into(), text: None },
                    Component::Body { text: "{{1}}, our autumn lamps are here.".into() },
                    Component::Footer { text: "Reply STOP to unsubscribe".into() },
                    Component::Buttons {
                        buttons: vec![
                            Button { kind: "QUICK_REPLY".into(), text: "Tell me more".into(), url: None },
                            Button {
                                kind: "URL".into(),
                                text: "Visit the shop".into(),
                                url: Some("https://shop.example/{{1}}".into()),
                            },
                        ],
                    },
                ],
                ..Self::text("autumn_lamps", "en_US", "MARKETING", "")
            },
        ]
    }

    /// An approved template that has only a body. Its id is derived from name and language.
    pub fn text(name: &str, language: &str, category: &str, body: &str) -> Self {
        Self {
            id: derived_id(name, language),
            name: name.into(),
            language: language.into(),
            status: TemplateStatus::Approved,
            category: category.into(),
            parameter_format: ParameterFormat::Positional,
            components: vec![Component::Body { text: body.into() }],
        }
    }
}

/// The distinct placeholders of a template text, in order of appearance.
pub(crate) fn placeholders(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in text.split("{{").skip(1) {
        if let Some((name, _)) = part.split_once("}}") {
            let name = name.trim();
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

/// Fifteen digits that are the same in every run (FNV-1a).
fn derived_id(name: &str, language: &str) -> String {
    let hash = name
        .bytes()
        .chain([b'/'])
        .chain(language.bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{}", 100_000_000_000_000 + hash % 900_000_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn placeholders_are_distinct_and_in_order() {
        assert_eq!(placeholders("{{ name }} and {{2}}, {{name}} {{open"), ["name", "2"]);
        assert!(placeholders("none").is_empty());
    }

    #[test]
    fn samples_have_distinct_stable_ids() {
        let ids: HashSet<_> = Template::samples().into_iter().map(|t| t.id).collect();
        assert_eq!(ids.len(), Template::samples().len());
        assert!(Template::samples().iter().all(|t| ids.contains(&t.id) && t.id.len() == 15));
    }

    #[test]
    fn components_are_written_as_meta_writes_them() {
        let json = serde_json::to_value(&Template::samples()[0]).unwrap();
        assert_eq!(json["components"], serde_json::json!([{ "type": "BODY", "text": "Welcome and congratulations!" }]));
        assert_eq!(json["status"], "APPROVED");
    }
}
