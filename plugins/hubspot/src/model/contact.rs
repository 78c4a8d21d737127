//! What the contact actions take and give; `build.rs` makes the schemas out of these types.

use std::collections::BTreeMap;

use plugin_sdk::schemars::{self, JsonSchema};
use serde::{Deserialize, Serialize};

/// Exactly one way to name a contact.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindContact {
    /// HubSpot id
    #[schemars(regex(pattern = "^[0-9]{1,20}$"))]
    pub id: Option<String>,
    /// E-mail address
    #[schemars(length(min = 3, max = 254))]
    pub email: Option<String>,
    /// Telephone number in E.164 form, with its plus sign
    #[schemars(length(min = 3, max = 32))]
    pub phone: Option<String>,
}

/// A contact, if there is one.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FoundContact {
    /// How many contacts there are; a telephone number may have several
    pub matches: u64,
    /// The contact that was changed last
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
}

/// The properties of a contact that are to be set.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactFields {
    /// E-mail address, which HubSpot knows only one contact by
    #[schemars(length(min = 3, max = 254))]
    pub email: Option<String>,
    /// Telephone number
    #[schemars(length(min = 1, max = 64))]
    pub phone: Option<String>,
    /// First name
    #[schemars(length(min = 1, max = 255))]
    pub first_name: Option<String>,
    /// Last name
    #[schemars(length(min = 1, max = 255))]
    pub last_name: Option<String>,
    /// Company name
    #[schemars(length(min = 1, max = 255))]
    pub company: Option<String>,
    /// Internal name of the lifecycle stage, such as lead or customer
    #[schemars(length(min = 1, max = 100))]
    pub lifecycle_stage: Option<String>,
    /// HubSpot id of the owner
    #[schemars(length(min = 1, max = 100))]
    pub owner_id: Option<String>,
    /// Any other properties, by their internal names; an empty text clears one
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
}

impl ContactFields {
    /// HubSpot's names and the values.
    pub fn into_properties(self) -> BTreeMap<String, String> {
        let mut properties = self.properties;
        for (name, value) in [
            ("email", self.email),
            ("phone", self.phone),
            ("firstname", self.first_name),
            ("lastname", self.last_name),
            ("company", self.company),
            ("lifecyclestage", self.lifecycle_stage),
            ("hubspot_owner_id", self.owner_id),
        ] {
            if let Some(value) = value {
                properties.insert(name.to_owned(), value);
            }
        }
        properties
    }
}

/// A contact and what is to be changed of it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateContact {
    /// HubSpot id; either this or the e-mail address
    #[schemars(regex(pattern = "^[0-9]{1,20}$"))]
    pub id: Option<String>,
    /// E-mail address the contact has now; either this or the id
    #[schemars(length(min = 3, max = 254))]
    pub email: Option<String>,
    /// What to set
    pub set: ContactFields,
}

/// A contact there is now.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CreatedContact {
    /// Whether it is new; if not, nothing of it was changed
    pub created: bool,
    /// The contact
    pub contact: Contact,
}

/// A contact of HubSpot.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Contact {
    /// HubSpot id
    pub id: String,
    /// E-mail address
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number, as it is written in HubSpot
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// First name
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Company name
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Internal name of the lifecycle stage
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle_stage: Option<String>,
    /// HubSpot id of the owner
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<String>,
    /// Where a person sees it
    pub url: String,
}
