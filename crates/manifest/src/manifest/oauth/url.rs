//! Addresses of an authorization server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use url::Url;

use crate::host::{HostPattern, HostUnresolved};

/// An https address without query, whose host may hold one setting: `https://{shop}.myshopify.com/admin/oauth/authorize`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct OauthUrl {
    host: HostPattern,
    path: String,
}

/// A text that is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an address is `https://`, a host that may hold one setting in braces, and a plain path")]
pub struct OauthUrlMalformed;

impl OauthUrl {
    /// The host.
    pub fn host(&self) -> &HostPattern {
        &self.host
    }

    /// The address for one connection.
    pub fn resolve(&self, settings: &Value) -> Result<String, HostUnresolved> {
        Ok(format!("https://{}{}", self.host.resolve(settings)?, self.path))
    }
}

impl TryFrom<String> for OauthUrl {
    type Error = OauthUrlMalformed;

    fn try_from(text: String) -> Result<Self, OauthUrlMalformed> {
        let rest = text.strip_prefix("https://").ok_or(OauthUrlMalformed)?;
        let (host, path) = rest.split_at(rest.find('/').ok_or(OauthUrlMalformed)?);
        let host = HostPattern::try_from(host.to_owned()).map_err(|_| OauthUrlMalformed)?;
        // What a parser would read otherwise (dot segments, escapes, a query) is no plain path.
        let parsed = Url::parse(&format!("https://example.com{path}")).map_err(|_| OauthUrlMalformed)?;
        let is_plain = parsed.path() == path
            && parsed.query().is_none()
            && parsed.fragment().is_none()
            && !path.contains("//")
            && path.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_plain {
            return Err(OauthUrlMalformed);
        }
        Ok(Self { host, path: path.to_owned() })
    }
}

impl From<OauthUrl> for String {
    fn from(url: OauthUrl) -> Self {
        format!("https://{}{}", url.host.as_str(), url.path)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn url(text: &str) -> Result<OauthUrl, OauthUrlMalformed> {
        OauthUrl::try_from(text.to_owned())
    }

    #[test]
    fn a_setting_may_choose_the_host() {
        let address = url("https://{shop}.myshopify.com/admin/oauth/access_token").unwrap();
        assert_eq!(
            address.resolve(&json!({"shop": "kettle"})).unwrap(),
            "https://kettle.myshopify.com/admin/oauth/access_token"
        );
        address.resolve(&json!({"shop": "evil.example/"})).unwrap_err();
        address.resolve(&json!({})).unwrap_err();
        assert_eq!(String::from(address), "https://{shop}.myshopify.com/admin/oauth/access_token");
        assert!(url("https://login.example.com/").is_ok());
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "http://login.example.com/token",
            "https://login.example.com",
            "https://localhost/token",
            "https://127.0.0.1/token",
            "https://login.example.com:8443/token",
            "https://user@login.example.com/token",
            "https://login.example.com/token?tenant=1",
            "https://login.example.com/token#x",
            "https://login.example.com/a/../token",
            "https://login.example.com//token",
            "https://login.example.com/{tenant}/token",
            "https://login.example.com/a b",
            "https://{host}/token",
            "https://{a}.{b}.example.com/token",
        ] {
            assert!(url(text).is_err(), "{text}");
        }
    }
}
