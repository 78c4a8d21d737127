//! What a shop is told at the start.

use super::records::Records;
use crate::config::Secret;
use serde::Deserialize;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use url::Url;

/// A shop in which the app is installed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    /// Its host: `lamps.myshopify.com`.
    pub domain: String,
    /// The app's client id.
    pub client_id: String,
    /// The app's client secret, which also signs the webhooks.
    pub client_secret: Secret,
    /// An access token that never expires, as custom apps have; without one the tokens come from the token endpoint.
    #[serde(default)]
    pub access_token: Option<Secret>,
    /// Where the mandatory privacy topics go, and what is played of a topic that nobody subscribed to.
    #[serde(default)]
    pub webhook_url: Option<Url>,
    /// Where the authorization code grant may redirect to.
    #[serde(default)]
    pub redirect_urls: Vec<Url>,
    /// The access scopes that the app was granted.
    #[serde(default = "all_scopes")]
    pub scopes: Vec<String>,
    /// What is in the shop.
    #[serde(default)]
    pub records: Records,
}

fn all_scopes() -> Vec<String> {
    ["read_locations", "read_products", "write_customers", "write_orders"].map(str::to_owned).to_vec()
}

impl Shop {
    pub(super) const NAME: &str = "Lamp Shop";
    pub(super) const CURRENCY: &str = "EUR";

    /// A shop with the invented records and all scopes.
    pub fn new(domain: &str, client_id: &str, client_secret: impl Into<Secret>) -> Self {
        Self {
            domain: domain.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.into(),
            access_token: None,
            webhook_url: None,
            redirect_urls: Vec::new(),
            scopes: all_scopes(),
            records: Records::default(),
        }
    }

    /// The shop's number, the same at every start.
    pub(super) fn id(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.domain.hash(&mut hasher);
        hasher.finish() >> 24
    }
}
