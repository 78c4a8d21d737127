//! What an admin fills in. The form is made of this type, see `build.rs`.

use serde::Deserialize;
use signalbox_plugin_sdk::schemars::{self, JsonSchema};
use signalbox_plugin_sdk::settings::SecretRef;

/// Settings of a connection: one account at the provider.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// API key
    #[serde(default)]
    #[schemars(required, extend("x-order" = 1))]
    pub api_key: SecretRef,
}
