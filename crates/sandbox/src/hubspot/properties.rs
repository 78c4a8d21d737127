//! What may be written into which property.

use super::error::ApiError;
use super::kinds::{Format, Kind};
use chrono::DateTime;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The values of a request, as they are stored, or all reasons why they are not.
pub(super) fn checked(kind: &Kind, given: &Value, hub_id: u64) -> Result<BTreeMap<String, String>, ApiError> {
    let given =
        given.as_object().ok_or_else(|| ApiError::invalid("Invalid input JSON: properties is not an object"))?;
    let mut values = BTreeMap::new();
    let mut wrong = Vec::new();
    for (name, value) in given {
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => return Err(ApiError::invalid(format!("Invalid input JSON: the value of {name} is not a scalar"))),
        };
        match check(kind, name, &text) {
            Ok(()) => drop(values.insert(name.clone(), text)),
            Err((error, message)) => wrong.push(json!({
                "isValid": false,
                "message": message,
                "error": error,
                "name": name,
                "localizedErrorMessage": message,
                "portalId": hub_id,
            })),
        }
    }
    if wrong.is_empty() {
        return Ok(values);
    }
    Err(ApiError::invalid(format!("Property values were not valid: {}", Value::from(wrong))))
}

fn check(kind: &Kind, name: &str, text: &str) -> Result<(), (&'static str, String)> {
    let format = kind.format(name);
    let format = format.ok_or_else(|| ("PROPERTY_DOESNT_EXIST", format!("Property \"{name}\" does not exist")))?;
    if text.is_empty() && format != Format::ReadOnly {
        return Ok(());
    }
    match format {
        Format::Text | Format::Sensitive => Ok(()),
        Format::ReadOnly => {
            Err(("READ_ONLY_VALUE", format!("\"{name}\" is a read only property; its value cannot be set.")))
        }
        Format::Email if is_email(text) => Ok(()),
        Format::Email => Err(("INVALID_EMAIL", format!("Email address {text} is invalid"))),
        Format::Number if text.parse::<f64>().is_ok() => Ok(()),
        Format::Number => Err(("INVALID_NUMBER", format!("{text} was not a valid number."))),
        Format::Time if text.parse::<i64>().is_ok() || DateTime::parse_from_rfc3339(text).is_ok() => Ok(()),
        Format::Time => Err(("INVALID_DATE", format!("{text} was not a valid date."))),
        Format::Choice(options) if options.contains(&text) => Ok(()),
        Format::Choice(options) => {
            Err(("INVALID_OPTION", format!("{text} was not one of the allowed options: [{}]", options.join(", "))))
        }
    }
}

fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.contains(['@', ' ', ',']);
    plain(name) && plain(domain) && domain.split('.').all(|label| !label.is_empty()) && domain.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(kind: &str, properties: &Value) -> String {
        match checked(Kind::find(kind).unwrap(), properties, 62_515) {
            Ok(_) => String::new(),
            Err(error) => error.message().to_owned(),
        }
    }

    #[test]
    fn each_format_refuses_what_does_not_fit() {
        for (kind, properties, error) in [
            ("contacts", json!({ "nickname": "A" }), "PROPERTY_DOESNT_EXIST"),
            ("contacts", json!({ "hs_object_id": "1" }), "READ_ONLY_VALUE"),
            ("contacts", json!({ "email": "a@b@c" }), "INVALID_EMAIL"),
            ("contacts", json!({ "email": "ada@example" }), "INVALID_EMAIL"),
            ("contacts", json!({ "lifecyclestage": "friend" }), "INVALID_OPTION"),
            ("deals", json!({ "amount": "much" }), "INVALID_NUMBER"),
            ("notes", json!({ "hs_timestamp": "yesterday" }), "INVALID_DATE"),
            ("contacts", json!({ "firstname": ["A"] }), "not a scalar"),
        ] {
            assert!(errors(kind, &properties).contains(error), "{properties}");
        }
    }

    #[test]
    fn all_reasons_are_given_at_once() {
        let message = errors("contacts", &json!({ "nickname": "A", "email": "x" }));
        assert!(message.contains("PROPERTY_DOESNT_EXIST") && message.contains("INVALID_EMAIL"), "{message}");
    }

    #[test]
    fn null_and_the_empty_text_clear_a_property() {
        let kind = Kind::find("0-1").unwrap();
        let values = checked(kind, &json!({ "email": null, "phone": "", "city": "Kiel", "zip": 24103 }), 1).unwrap();
        assert_eq!((values["email"].as_str(), values["phone"].as_str(), values["zip"].as_str()), ("", "", "24103"));
    }
}
