//! Checks what was sent as the Cloud API checks it before it accepts a message.
//!
//! Rules: Meta's reference of `POST /{phone-number-id}/messages` and its guides per message type.
//! Unknown parameters at the top are ignored, unknown keys inside a message object are refused, as
//! the real API does.

mod fields;
mod interactive;
mod plain;
mod template;

use crate::whatsapp::graph_error::GraphError;
use crate::whatsapp::ids::Author;
use crate::whatsapp::templates::Template;
use fields::Fields;
use serde_json::{Map, Value, json};

/// A send that passed every check.
#[derive(Debug)]
pub(crate) struct Valid {
    pub(crate) to: Address,
    pub(crate) opaque: Option<String>,
    /// The template's category in lower case, if a template is sent.
    pub(crate) template_category: Option<String>,
}

/// Whom a send is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// As written by the sender, and in digits.
    Phone { input: String, wa_id: String },
    /// A BSUID.
    UserId(String),
}

impl Address {
    /// The identifier that customers are remembered by.
    pub(crate) fn identifier(&self) -> &str {
        match self {
            Self::Phone { wa_id, .. } => wa_id,
            Self::UserId(user_id) => user_id,
        }
    }
}

/// What the account knows beyond the request itself.
pub(crate) trait Account {
    /// The sending number in digits.
    fn own_number(&self) -> &str;
    fn template(&self, name: &str, language: &str) -> Option<Template>;
    /// Who wrote a message of one of this number's conversations.
    fn author(&self, wamid: &str) -> Option<Author>;
    fn has_media(&self, media_id: &str) -> bool;
}

const TYPES: [&str; 11] = [
    "audio",
    "contacts",
    "document",
    "image",
    "interactive",
    "location",
    "reaction",
    "sticker",
    "template",
    "text",
    "video",
];

/// Checks a request to send a message.
pub(crate) fn message(body: &Map<String, Value>, account: &dyn Account) -> Result<Valid, GraphError> {
    let body = Fields::root(body);
    messaging_product(&body)?;
    let to = recipient(&body, account.own_number())?;
    let opaque = body.optional_text("biz_opaque_callback_data", 512)?;
    if let Some(context) = body.optional_object("context")? {
        context.only(&["message_id"])?;
        context.text("message_id", usize::MAX)?;
    }

    let kind = body.optional_text("type", usize::MAX)?.unwrap_or("text").to_lowercase();
    let mut template_category = None;
    match kind.as_str() {
        "text" => plain::text(&body)?,
        "image" | "video" | "audio" | "document" | "sticker" => {
            plain::media(&body, &kind, account)?;
        }
        "location" => plain::location(&body)?,
        "contacts" => plain::contacts(&body)?,
        "reaction" => plain::reaction(&body, account)?,
        "interactive" => interactive::check(&body)?,
        "template" => {
            let category = template::check(&body, account)?.to_lowercase();
            if category == "authentication" && matches!(to, Address::UserId(_)) {
                return Err(GraphError::user_id_not_supported());
            }
            template_category = Some(category);
        }
        _ => return Err(GraphError::not_one_of("type", &TYPES, &json!(kind))),
    }
    Ok(Valid { to, opaque: opaque.map(str::to_owned), template_category })
}

/// Checks a request to mark a message as read and names that message.
pub(crate) fn read_receipt(body: &Map<String, Value>, account: &dyn Account) -> Result<String, GraphError> {
    let body = Fields::root(body);
    messaging_product(&body)?;
    let message_id = body.text("message_id", usize::MAX)?;
    if let Some(typing) = body.optional_object("typing_indicator")? {
        typing.one_of("type", &["text"])?;
    }
    if account.author(message_id) != Some(Author::Customer) {
        return Err(GraphError::invalid_value("Message ID is invalid."));
    }
    Ok(message_id.to_owned())
}

fn messaging_product(body: &Fields<'_>) -> Result<(), GraphError> {
    body.one_of("messaging_product", &["whatsapp"]).map(|_| ())
}

/// `to` wins over `recipient` when both are given.
fn recipient(body: &Fields<'_>, own_number: &str) -> Result<Address, GraphError> {
    if body.get("recipient_type").is_some() {
        body.one_of("recipient_type", &["individual", "group"])?;
    }
    let Some(input) = body.optional_text("to", usize::MAX)? else {
        let Some(user_id) = body.optional_text("recipient", usize::MAX)? else {
            return Err(GraphError::required("to"));
        };
        return if is_user_id(user_id) {
            Ok(Address::UserId(user_id.to_owned()))
        } else {
            Err(GraphError::invalid_value("The recipient is not a business-scoped user ID."))
        };
    };
    let wa_id = digits(input).ok_or_else(|| {
        GraphError::invalid_value("The phone number is malformed: Please use the format: +1234567890.")
    })?;
    if wa_id == own_number {
        return Err(GraphError::recipient_is_sender());
    }
    Ok(Address::Phone { input: input.to_owned(), wa_id })
}

/// The digits of a phone number written as people do; `None` if it cannot be one (E.164: at most 15
/// digits, no leading zero).
fn digits(input: &str) -> Option<String> {
    let number = input.trim().strip_prefix('+').unwrap_or(input.trim());
    let digits: String = number.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
    let plausible = (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    plausible.then_some(digits)
}

/// `CC.` and up to 128 letters and digits, or `CC.ENT.` before them.
fn is_user_id(text: &str) -> bool {
    let Some((country, rest)) = text.split_once('.') else {
        return false;
    };
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=128).contains(&rest.len())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers_are_read_as_people_write_them() {
        let cases = [
            ("+1-631-555-5555", Some("16315555555")),
            ("16315555555", Some("16315555555")),
            (" +49 (151) 234.567 ", Some("49151234567")),
            ("0049151234567", None),
            ("+1 555", None),
            ("1234567890123456", None),
            ("{{Recipient}}", None),
            ("", None),
        ];
        for (input, expected) in cases {
            assert_eq!(digits(input).as_deref(), expected, "{input}");
        }
    }

    #[test]
    fn user_ids_have_a_country_and_an_identifier() {
        for good in ["US.13491208655302741918", "DE.ENT.11815799212886844830", "BR.a1"] {
            assert!(is_user_id(good), "{good}");
        }
        let long = format!("US.{}", "1".repeat(129));
        for bad in ["US", "us.1", "USA.1", "US.", "US.ENT.", "US.1-2", "16315555555", &long] {
            assert!(!is_user_id(bad), "{bad}");
        }
    }
}
