//! What actions take and give. The schemas in the manifest are made of these types.

use serde::{Deserialize, Serialize};
use signalbox_plugin_sdk::schemars::{self, JsonSchema};

/// What `find_customer` takes.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindCustomer {
    /// E-mail address
    #[schemars(length(min = 3, max = 254))]
    pub email: String,
}

/// What `find_customer` gives.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct FoundCustomer {
    /// The provider's id; left out if nobody has the address
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
