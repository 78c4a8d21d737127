//! An account in which the app is installed.

use super::limits::Limits;
use super::records::Records;
use super::tokens::Tokens;
use crate::config::Secret;
use serde::Deserialize;
use url::Url;

/// What an account is told at the start.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The account's id, called portal id in webhooks.
    pub hub_id: u64,
    /// The app's id.
    #[serde(default = "default_app_id")]
    pub app_id: u64,
    /// The app's client id.
    pub client_id: String,
    /// The app's client secret, which also signs the webhooks.
    pub client_secret: Secret,
    /// Where the app may be redirected to after somebody agreed.
    #[serde(default)]
    pub redirect_urls: Vec<Url>,
    /// A token that never expires, as private apps have.
    #[serde(default)]
    pub access_token: Option<Secret>,
    /// Where webhooks go; without it none are sent.
    #[serde(default)]
    pub webhook_url: Option<Url>,
    /// The URL in the app's settings, which is what is signed, if a proxy passes on from there to `webhook_url`.
    #[serde(default)]
    pub signed_url: Option<Url>,
    /// What is reported: `contact.creation`, `object.propertyChange`, …
    #[serde(default)]
    pub subscriptions: Vec<String>,
    /// The scopes that the app is granted.
    #[serde(default = "all_scopes")]
    pub scopes: Vec<String>,
    /// How many requests are allowed in ten seconds.
    #[serde(default = "documented_limit")]
    pub requests_per_ten_seconds: u32,
    /// What is in the account.
    #[serde(default)]
    pub records: Records,
}

fn default_app_id() -> u64 {
    16_111_050
}

fn documented_limit() -> u32 {
    190
}

fn all_scopes() -> Vec<String> {
    let objects = ["contacts", "companies", "deals"];
    let mut scopes: Vec<String> =
        objects.iter().flat_map(|it| [format!("crm.objects.{it}.read"), format!("crm.objects.{it}.write")]).collect();
    scopes.extend(["crm.objects.owners.read", "oauth", "tickets"].map(str::to_owned));
    scopes
}

impl Account {
    /// An account with the invented records and all scopes.
    pub fn new(hub_id: u64, client_id: &str, client_secret: impl Into<Secret>) -> Self {
        Self {
            hub_id,
            app_id: default_app_id(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.into(),
            redirect_urls: Vec::new(),
            access_token: None,
            webhook_url: None,
            signed_url: None,
            subscriptions: Vec::new(),
            scopes: all_scopes(),
            requests_per_ten_seconds: documented_limit(),
            records: Records::default(),
        }
    }
}

/// An account with all that the simulator knows of it.
pub(super) struct Portal {
    pub(super) account: Account,
    pub(super) tokens: Tokens,
    pub(super) limits: Limits,
}

impl Portal {
    pub(super) fn open(account: Account) -> Self {
        let tokens = Tokens::new(&account);
        let limits = Limits::new(account.requests_per_ten_seconds);
        Self { account, tokens, limits }
    }
}
