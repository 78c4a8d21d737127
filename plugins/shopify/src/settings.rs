//! The settings of a connection and of an endpoint. The manifest's schemas follow from these types,
//! so `build.rs` reads this file, too.

use plugin_sdk::schemars::{self, JsonSchema};
use plugin_sdk::settings::SecretRef;
use plugin_sdk::{Context, PluginError};
use serde::Deserialize;

/// One shop. (A secret has a default for the plugin, which never gets one, and none for people.)
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-test-connection" = true))]
pub struct Settings {
    /// # Shop name
    ///
    /// The part before `.myshopify.com`.
    #[schemars(regex(pattern = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"), extend("x-order" = 1))]
    pub shop: String,
    /// # Shop domain
    ///
    /// The shop name followed by `.myshopify.com`: so webhooks name the shop, whatever its own address is.
    #[schemars(regex(pattern = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.myshopify\.com$"), extend("x-order" = 2))]
    pub shop_domain: String,
    /// # Access token
    ///
    /// Of the app, with the scopes write_orders, write_customers, read_products and read_locations.
    #[serde(default)]
    #[schemars(
        !default,
        extend("x-order" = 3, "x-help-url" = "https://shopify.dev/docs/apps/build/authentication-authorization")
    )]
    pub access_token: SecretRef,
    /// # Location for returns
    ///
    /// Where returned items go back to stock. Without it, refunds put nothing back.
    #[schemars(
        regex(pattern = "^[0-9]{0,20}$"),
        extend("x-order" = 4, "x-options" = {"call": "locations"})
    )]
    pub restock_location_id: Option<String>,
    /// # API version
    ///
    /// Of the GraphQL Admin API; 2026-01 or later, because refunds rely on idempotency keys.
    #[serde(default = "default_api_version")]
    #[schemars(
        regex(pattern = "^20[0-9]{2}-(01|04|07|10)$"),
        extend(
            "x-order" = 5,
            "x-group" = "Advanced",
            "x-options" = {"call": "api_versions"},
            "x-help-url" = "https://shopify.dev/docs/api/usage/versioning"
        )
    )]
    pub api_version: String,
}

/// The app whose webhooks come to an endpoint.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointSettings {
    /// # Client secret
    ///
    /// Signs the app's webhooks. Those made by hand under Settings, Notifications have another secret.
    #[serde(default)]
    #[schemars(!default, extend("x-order" = 1))]
    pub client_secret: SecretRef,
    /// # Previous client secret
    ///
    /// While the secret is being changed: Shopify may sign with the old one for up to an hour.
    #[schemars(extend("x-order" = 2))]
    pub previous_client_secret: Option<SecretRef>,
}

fn default_api_version() -> String {
    "2026-07".to_owned()
}

/// The first version whose `refundCreate` takes an idempotency key.
const FIRST_API_VERSION: &str = "2026-01";

impl Settings {
    /// The settings of a call to Shopify: complete, and safe to build a URL with.
    pub fn of(ctx: &Context) -> Result<Self, PluginError> {
        let settings: Self = ctx.settings()?;
        if !is_label(&settings.shop) {
            return Err(PluginError::invalid_config("shop must be the part before .myshopify.com"));
        }
        if settings.shop_domain.strip_suffix(".myshopify.com") != Some(settings.shop.as_str()) {
            return Err(PluginError::invalid_config("shop_domain must be the shop name followed by .myshopify.com"));
        }
        if !is_version(&settings.api_version) {
            return Err(PluginError::invalid_config("api_version must look like `2026-07` and be 2026-01 or later"));
        }
        Ok(settings)
    }

    /// Where returned items go, if it is set: a form sends the empty text for an empty field.
    pub fn restock_location_id(&self) -> Option<&str> {
        self.restock_location_id.as_deref().filter(|id| !id.is_empty())
    }
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether it is a version that refunds can rely on. Versions are named by year and month, so they
/// order as texts.
pub fn is_version(version: &str) -> bool {
    let is_dated = match version.as_bytes() {
        [year @ .., b'-', a, b] => year.len() == 4 && year.iter().chain([a, b]).all(u8::is_ascii_digit),
        _ => false,
    };
    is_dated && version >= FIRST_API_VERSION
}
