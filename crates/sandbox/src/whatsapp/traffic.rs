//! Webhook payloads as the Cloud API sends them.
//!
//! Shapes follow Meta's webhook reference (`messages` field) and its 2026 business-scoped user ids:
//! a customer has a phone number, a BSUID, or both, and what is missing is left out, never empty.

mod content;
mod inbound;
mod status;

pub use content::{Content, Media};
pub(crate) use content::{media_bytes, media_hash};
pub use inbound::Inbound;
pub use status::{Pricing, Recipient, Status, StatusState};

use crate::whatsapp::ids;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The business side of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// `metadata.phone_number_id`.
    pub phone_number_id: String,
    /// `entry[].id`.
    pub waba_id: String,
    /// `metadata.display_phone_number`: digits only.
    pub display_phone_number: String,
}

/// A WhatsApp user as one business sees them. At least one of `phone` and `user_id` is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// The phone number in digits (`wa_id`, `from`); absent for a user who hides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The business-scoped user id (BSUID).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The profile name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The username, without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
}

impl Customer {
    /// A customer who is known by a phone number only.
    pub fn with_phone(phone: impl Into<String>, name: impl Into<String>) -> Self {
        Self { phone: Some(phone.into()), name: Some(name.into()), ..Self::default() }
    }

    /// A customer who is known by a BSUID only.
    pub fn with_user_id(user_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { user_id: Some(user_id.into()), name: Some(name.into()), ..Self::default() }
    }

    /// Adds a BSUID.
    #[must_use]
    pub fn and_user_id(mut self, user_id: impl Into<String>) -> Self {
        self.user_id = Some(user_id.into());
        self
    }

    /// The identifiers that exist, the phone number first.
    pub(crate) fn identifiers(&self) -> impl Iterator<Item = &str> {
        self.phone.iter().chain(&self.user_id).map(String::as_str)
    }

    /// The entry of a webhook's `contacts`.
    fn contact(&self) -> Value {
        let mut profile = Map::new();
        put(&mut profile, "name", self.name.as_deref());
        put(&mut profile, "username", self.username.as_deref());
        let mut contact = Map::new();
        contact.insert("profile".into(), profile.into());
        put(&mut contact, "wa_id", self.phone.as_deref());
        put(&mut contact, "user_id", self.user_id.as_deref());
        contact.into()
    }
}

/// A fresh id for a message from this customer.
pub fn fresh_wamid(customer: &Customer) -> String {
    ids::wamid(ids::Author::Customer, customer.identifiers().next().unwrap_or_default())
}

/// One webhook with the entries of all these, as Meta batches under load.
pub fn batch(webhooks: &[Value]) -> Value {
    let entries: Vec<&Value> = webhooks.iter().filter_map(|webhook| webhook["entry"].as_array()).flatten().collect();
    json!({ "object": "whatsapp_business_account", "entry": entries })
}

/// A webhook with one change of the `messages` field; `parts` completes its value.
fn webhook(line: &Line, parts: Map<String, Value>) -> Value {
    let mut value = parts;
    value.insert("messaging_product".into(), "whatsapp".into());
    value.insert(
        "metadata".into(),
        json!({
            "display_phone_number": line.display_phone_number,
            "phone_number_id": line.phone_number_id,
        }),
    );
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": line.waba_id, "changes": [{ "field": "messages", "value": value }] }],
    })
}

/// Inserts a text that may be missing.
fn put(object: &mut Map<String, Value>, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        object.insert(key.into(), value.into());
    }
}
