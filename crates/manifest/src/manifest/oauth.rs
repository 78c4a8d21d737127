//! How a plugin's provider grants access by OAuth 2.0 (RFC 6749), as data.
//!
//! The host obtains, keeps and renews the tokens. The plugin names the access token as it names any other secret, and
//! sees neither it nor the refresh token.

mod check;
mod url;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::url::{OauthUrl, OauthUrlMalformed};

/// How the provider grants access to one connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Oauth {
    /// Who grants it.
    pub grant: Grant,
    /// Where tokens come from.
    pub token_url: OauthUrl,
    /// As whom the host asks.
    pub client: OauthClient,
    /// What the host asks for.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub scopes: Vec<String>,
    /// What stands between the scopes.
    #[serde(default)]
    pub scope_separator: ScopeSeparator,
    /// Parameters of every request for a token, besides those of the standard: `expiring` for Shopify.
    #[serde(default)]
    pub token_parameters: BTreeMap<String, String>,
    /// The secret that the access token is: declared with the scope `connection`, and no field of the settings, since
    /// nobody types it.
    pub access_token: String,
}

/// Who grants access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Grant {
    /// A person, in their browser (RFC 6749, section 4.1), with a proof key (RFC 7636, S256).
    AuthorizationCode {
        /// Where the person is sent.
        url: OauthUrl,
        /// Parameters of that address, besides those of the standard: `access_type` for Google.
        #[serde(default)]
        parameters: BTreeMap<String, String>,
    },
    /// Nobody: the client has access by itself (RFC 6749, section 4.4).
    ClientCredentials,
}

/// The client, as it is registered with the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OauthClient {
    /// Where its id stands.
    pub id: ClientId,
    /// The secret that authenticates it, among `secrets`. Without one it is a public client.
    #[serde(default)]
    pub secret: Option<String>,
    /// How it authenticates.
    #[serde(default)]
    pub auth: ClientAuth,
}

/// Where the id of the client stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientId {
    /// In a string field of the endpoint's settings: one app serves many connections.
    EndpointSetting(String),
    /// In a string field of the connection's settings.
    Setting(String),
    /// In a secret.
    Secret(String),
}

/// How the client authenticates (RFC 6749, section 2.3.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuth {
    /// By HTTP Basic, which every server has to understand.
    #[default]
    Basic,
    /// By `client_id` and `client_secret` among the parameters.
    Body,
}

/// What stands between scopes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeSeparator {
    /// A space, as the standard has it.
    #[default]
    Space,
    /// A comma.
    Comma,
}

impl ScopeSeparator {
    /// The character.
    pub const fn as_char(self) -> char {
        match self {
            Self::Space => ' ',
            Self::Comma => ',',
        }
    }
}

impl Oauth {
    /// Whether a person has to grant access before a connection works.
    pub fn needs_person(&self) -> bool {
        matches!(self.grant, Grant::AuthorizationCode { .. })
    }
}
