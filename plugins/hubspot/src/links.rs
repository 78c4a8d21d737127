//! Where a person sees a record.

use serde_json::Value;

use crate::json;

/// Numbers that HubSpot gives to its own kinds of records.
pub const CONTACT: &str = "0-1";
/// Of companies.
pub const COMPANY: &str = "0-2";
/// Of deals.
pub const DEAL: &str = "0-3";
/// Of tickets.
pub const TICKET: &str = "0-5";

/// The page of a record: the one it names itself, which knows where the account is hosted, or else
/// the one HubSpot's main site has for it.
pub fn record(portal_id: &str, kind: &str, record: &Value) -> String {
    if let Some(url) = json::text(record, "url").filter(|url| is_hubspot(url)) {
        return url;
    }
    let id = json::text(record, "id").unwrap_or_default();
    format!("https://app.hubspot.com/contacts/{portal_id}/record/{kind}/{id}")
}

fn is_hubspot(url: &str) -> bool {
    let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next());
    host.is_some_and(|host| {
        host.ends_with(".hubspot.com") && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_is_always_hubspots() {
        let built = "https://app.hubspot.com/contacts/62515/record/0-1/7";
        for (url, page) in [
            (
                "https://app-eu1.hubspot.com/contacts/62515/record/0-1/7",
                "https://app-eu1.hubspot.com/contacts/62515/record/0-1/7",
            ),
            ("https://evil.example.com/?.hubspot.com", built),
            ("https://a@b.hubspot.com/x", built),
            ("javascript:alert(1)", built),
            ("", built),
        ] {
            assert_eq!(record("62515", CONTACT, &json!({"id": "7", "url": url})), page);
        }
    }
}
