//! Whom a webhook is about.

use plugin_sdk::sender::Profile;
use plugin_sdk::{Sender, SenderId};
use serde_json::Value;

use super::topic;
use crate::json;

/// The kind of Shopify's id of a customer.
pub const SHOPIFY_CUSTOMER: &str = "shopify_customer";
/// The kind of an e-mail address, in lower case.
pub const EMAIL: &str = "email";

/// The customer of an order, a checkout or a data request, or the one a customer topic is about.
/// A guest has an address or a number only.
pub(super) fn of(topic: &str, body: &Value) -> Option<Sender> {
    if !topic::names_customer(topic) {
        return None;
    }
    let customer = if topic::is_customer(topic) { Some(body) } else { body.get("customer") };
    let sources = [customer, Some(body)];
    let first = |pointers: &[&str]| {
        sources.into_iter().flatten().find_map(|source| pointers.iter().find_map(|pointer| json::str(source, pointer)))
    };
    let id = customer.and_then(|customer| json::str(customer, "/id"));
    let email = first(&["/email", "/contact_email"]).and_then(email);
    let phone = first(&["/phone"]).and_then(phone);

    let ids: Vec<SenderId> = [
        id.map(|id| SenderId::new(SHOPIFY_CUSTOMER, id)),
        email.map(|email| SenderId::new(EMAIL, email)),
        phone.clone().map(SenderId::phone),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!ids.is_empty()).then(|| Sender {
        ids,
        name: customer.and_then(name).or_else(|| addressee(body)),
        username: None,
        phone,
    })
}

/// What a customer's profile says of the person. Shopify sends the whole of it: what is not there is not known.
pub(super) fn profile(customer: &Value) -> Profile {
    let text = |pointer: &str| Some(json::str(customer, pointer).unwrap_or_default().to_owned());
    Profile {
        name: None,
        first_name: text("/first_name"),
        last_name: text("/last_name"),
        email: Some(json::str(customer, "/email").and_then(email).unwrap_or_default()),
        phone: Some(json::str(customer, "/phone").and_then(phone).unwrap_or_default()),
    }
}

fn name(customer: &Value) -> Option<String> {
    match (json::str(customer, "/first_name"), json::str(customer, "/last_name")) {
        (Some(first), Some(last)) => Some(format!("{first} {last}")),
        (first, last) => first.or(last).map(str::to_owned),
    }
}

fn addressee(body: &Value) -> Option<String> {
    ["/billing_address/name", "/shipping_address/name"].into_iter().find_map(|pointer| json::text(body, pointer))
}

/// An address as it is compared: without the space around it, in lower case.
pub fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let (user, host) = text.rsplit_once('@')?;
    let is_plausible = !user.is_empty() && host.contains('.') && !text.contains(char::is_whitespace);
    is_plausible.then(|| text.to_ascii_lowercase())
}

/// A number in E.164 form; people also write spaces, hyphens, dots and brackets.
pub fn phone(text: &str) -> Option<String> {
    let mut number = String::with_capacity(16);
    for character in text.trim().chars() {
        match character {
            '+' if number.is_empty() => number.push('+'),
            '0'..='9' if !number.is_empty() => number.push(character),
            ' ' | '-' | '.' | '(' | ')' | '\u{a0}' => {}
            // Without its country a number may be anybody's.
            _ => return None,
        }
    }
    let digits = number.get(1..)?;
    ((7..=15).contains(&digits.len()) && !digits.starts_with('0')).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::{email, phone};

    #[test]
    fn numbers_need_their_country() {
        assert_eq!(phone("+1 (555) 010-0199").as_deref(), Some("+15550100199"));
        assert_eq!(phone(" +15550100199 ").as_deref(), Some("+15550100199"));
        for text in ["", "555-0199", "+", "+1", "+01555010019", "+1555x", "1+5550100199", "+1234567890123456"] {
            assert_eq!(phone(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_are_compared_in_lower_case() {
        assert_eq!(email(" Jane@Example.COM ").as_deref(), Some("jane@example.com"));
        for text in ["", "jane", "@example.com", "jane@localhost", "ja ne@example.com"] {
            assert_eq!(email(text), None, "{text}");
        }
    }
}
