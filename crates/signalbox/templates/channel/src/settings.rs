//! What an admin fills in. The forms are made of these types, see `build.rs`.

use serde::Deserialize;
use signalbox_plugin_sdk::schemars::{self, JsonSchema};
use signalbox_plugin_sdk::settings::SecretRef;

/// Settings of a connection: one number at the provider.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// # Number
    ///
    /// What customers write to, with its country code.
    #[schemars(regex(pattern = r"^\+[0-9]{8,15}$"), extend("x-order" = 1))]
    pub number: String,
    /// API key
    #[serde(default)]
    #[schemars(required, extend("x-order" = 2))]
    pub api_key: SecretRef,
}

/// Settings of an endpoint: the address that webhooks come to.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointSettings {
    /// Signing secret
    pub signing_secret: SecretRef,
}
