//! A contact of HubSpot as a person of Signalbox.

use plugin_sdk::sender::Profile;
use plugin_sdk::{Sender, SenderId};
use serde_json::{Map, Value};

use crate::json;

/// The namespace of HubSpot's contact ids.
///
/// It is the only one by which the channel knows a contact: HubSpot lets contacts share a telephone
/// number, and an e-mail address may move from one to another.
pub const CONTACT: &str = "hubspot_contact";

/// A contact by its id, with what else is known.
pub fn sender(id: &str, name: Option<String>, phone: Option<&str>) -> Sender {
    Sender { ids: vec![SenderId::new(CONTACT, id)], name, username: None, phone: phone.and_then(e164) }
}

/// What changed properties say of the person; a property without a value has none any more.
pub fn profile(properties: &Map<String, Value>) -> Profile {
    let text = |name: &str| properties.get(name).map(|value| value.as_str().unwrap_or_default().to_owned());
    Profile {
        name: None,
        first_name: text("firstname"),
        last_name: text("lastname"),
        email: text("email"),
        // A number without its country says nothing that could be kept.
        phone: text("phone").and_then(|phone| if phone.is_empty() { Some(phone) } else { e164(&phone) }),
    }
}

/// First and last name; `None` if there is neither.
pub fn name(record: &Value) -> Option<String> {
    let names = [json::property(record, "firstname"), json::property(record, "lastname")];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!name.trim().is_empty()).then(|| name.trim().to_owned())
}

/// A number as people write it in E.164 form; `None` without its country code.
pub fn e164(phone: &str) -> Option<String> {
    let digits: String =
        phone.trim().strip_prefix('+')?.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_needs_its_country() {
        for (written, number) in [
            ("+1 (555) 078-3881", Some("+15550783881")),
            (" +49.30.1234567", Some("+49301234567")),
            ("555-078-3881", None),
            ("+1 555 078 3881 ext. 2", None),
            ("+1", None),
            ("", None),
        ] {
            assert_eq!(e164(written).as_deref(), number, "{written}");
        }
    }

    #[test]
    fn a_name_may_be_half_there() {
        assert_eq!(name(&json!({"properties": {"firstname": "Ann", "lastname": null}})).as_deref(), Some("Ann"));
        assert_eq!(name(&json!({"properties": {"firstname": " "}})), None);
        assert_eq!(name(&json!({})), None);
    }
}
