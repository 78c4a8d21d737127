//! Settings with a form of their own. Each says in its error what was expected.

use base64::{Engine, engine::general_purpose::STANDARD};
use ipnet::IpNet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::{
    borrow::Cow,
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};
use tracing_subscriber::EnvFilter;
use url::{Host, Url};
use zeroize::{Zeroize, Zeroizing};

/// A value that is written as a text was not written as expected.
#[derive(Debug, thiserror::Error)]
#[error("expected {0}")]
pub struct Expected(&'static str);

/// Serde and schema for a type that is written as a text and checked by its `FromStr`.
macro_rules! written_as_text {
    ($name:ident, $schema:tt) => {
        impl TryFrom<String> for $name {
            type Error = Expected;

            fn try_from(text: String) -> Result<Self, Expected> {
                // The text may be a secret.
                Zeroizing::new(text).parse()
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

/// The address under which browsers and providers reach the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicUrl(Url);

written_as_text!(PublicUrl, { "type": "string", "format": "uri" });

impl PublicUrl {
    /// The address without a slash at its end.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The address with a path below it; the path begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.as_str())
    }

    /// Whether browsers reach it encrypted, so that cookies can be marked `Secure`.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

impl FromStr for PublicUrl {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let url = Url::parse(text).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        });
        url.map(Self)
            .ok_or(Expected("an http or https URL without user, query and fragment, such as https://inbox.example.com"))
    }
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> Self {
        url.as_str().to_owned()
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads an address to listen on, and says what one looks like.
pub(crate) fn listen<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    let expected = Expected("an address with a port, such as 127.0.0.1:8080");
    text.parse().map_err(|_| D::Error::custom(expected))
}

/// The same where listening is optional.
pub(crate) fn listen_if_set<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    listen(deserializer).map(Some)
}

/// A PostgreSQL connection URL. It may hold a password: keep it in a `Secret`.
#[derive(Clone, PartialEq, Eq, Deserialize, Zeroize)]
#[serde(try_from = "String")]
pub struct DatabaseUrl(String);

written_as_text!(DatabaseUrl, { "type": "string" });

impl DatabaseUrl {
    /// The URL with whatever secret it holds.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let known = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql"));
        if known {
            Ok(Self(text.to_owned()))
        } else {
            Err(Expected("a PostgreSQL URL such as postgres://user:password@host:5432/database"))
        }
    }
}

/// The key that encrypts the data keys: 32 bytes, written as base64.
#[derive(Clone, PartialEq, Eq, Deserialize, Zeroize)]
#[serde(try_from = "String")]
pub struct MasterKey(String);

written_as_text!(MasterKey, { "type": "string" });

impl MasterKey {
    /// The key as it was written, in base64.
    pub fn as_base64(&self) -> &str {
        &self.0
    }
}

impl FromStr for MasterKey {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let bytes = STANDARD.decode(text).map(Zeroizing::new);
        match bytes {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(text.to_owned())),
            _ => Err(Expected("32 bytes in base64, such as `openssl rand -base64 32` prints")),
        }
    }
}

/// A network of addresses, such as `10.0.0.0/8`, or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr(IpNet);

written_as_text!(Cidr, { "type": "string" });

impl Cidr {
    /// Whether the address lies in the network. An IPv4 address that came over an IPv6 socket
    /// counts as the IPv4 address it is.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// The network.
    pub fn network(&self) -> IpNet {
        self.0
    }
}

impl FromStr for Cidr {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        text.parse::<IpNet>()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
            .map(|network| Self(network.trunc()))
            .map_err(|_| Expected("an address or a network such as 10.0.0.0/8 or fd00::/8"))
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.0.to_string()
    }
}

/// An exact host name or address, in lower case; an IPv6 address has no brackets.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostName(String);

written_as_text!(HostName, { "type": "string" });

impl HostName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HostName {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        const EXPECTED: Expected = Expected("an exact host name or address, without wildcard, scheme and port");
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(address.to_string()));
        }
        match Host::parse(text) {
            Ok(Host::Domain(name)) if !name.contains('*') && !name.ends_with('.') => Ok(Self(name)),
            Ok(Host::Ipv4(address)) => Ok(Self(address.to_string())),
            _ => Err(EXPECTED),
        }
    }
}

impl From<HostName> for String {
    fn from(host: HostName) -> Self {
        host.0
    }
}

/// A host that may resolve to addresses that are refused otherwise, and the network in which these
/// addresses must lie: `shop.internal=10.20.0.0/16`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PrivateHost {
    /// The exact host.
    pub host: HostName,
    /// The network of its addresses.
    pub network: Cidr,
}

written_as_text!(PrivateHost, { "type": "string" });

impl FromStr for PrivateHost {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        (text.split_once('='))
            .and_then(|(host, network)| Some(Self { host: host.parse().ok()?, network: network.parse().ok()? }))
            .ok_or(Expected("a host and the network of its addresses, such as shop.internal=10.20.0.0/16"))
    }
}

impl From<PrivateHost> for String {
    fn from(private: PrivateHost) -> Self {
        format!("{}={}", private.host.0, private.network.0)
    }
}

/// Somebody's e-mail address, with or without a name: `Acme <no-reply@acme.example>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mailbox(String);

written_as_text!(Mailbox, { "type": "string" });

impl Mailbox {
    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Mailbox {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let address = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
            Some((name, address)) if !name.contains(['<', '>', '"']) => address,
            Some(_) => "",
            None => text,
        };
        let is_address = address.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
        let is_plain = !address.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;".contains(c));
        if is_address && is_plain && !text.contains(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Expected("an e-mail address such as Acme Support <no-reply@acme.example>"))
        }
    }
}

impl From<Mailbox> for String {
    fn from(mailbox: Mailbox) -> Self {
        mailbox.0
    }
}

/// Which log lines are written, in the syntax of `tracing`: `info,sqlx=warn`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogFilter(String);

written_as_text!(LogFilter, { "type": "string" });

impl LogFilter {
    /// The filter as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LogFilter {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        match EnvFilter::try_new(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err(Expected("levels, also per module, such as `info` or `info,sqlx=warn`")),
        }
    }
}

impl From<LogFilter> for String {
    fn from(filter: LogFilter) -> Self {
        filter.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_urls() {
        for good in ["http://localhost:8080", "https://inbox.example.com", "https://a.b/inbox/"] {
            let url: PublicUrl = good.parse().unwrap();
            assert_eq!(url.as_str(), good.trim_end_matches('/'));
        }
        for bad in [
            "",
            "inbox.example.com",
            "ftp://x",
            "https://x?y",
            "https://x#y",
            "https://u:p@x",
            "https://u@x",
            "https:// x",
        ] {
            assert!(bad.parse::<PublicUrl>().is_err(), "{bad}");
        }
        let url: PublicUrl = "https://a.b/inbox/".parse().unwrap();
        assert_eq!(url.join("/hooks/1"), "https://a.b/inbox/hooks/1");
        assert!(url.is_https());
    }

    #[test]
    fn master_keys_are_32_bytes() {
        assert!(STANDARD.encode([7; 32]).parse::<MasterKey>().is_ok());
        for bad in [STANDARD.encode([7; 31]), STANDARD.encode([7; 33]), "x".repeat(44), String::new()] {
            assert!(bad.parse::<MasterKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn networks_hold_addresses() {
        let network: Cidr = "10.1.2.3/8".parse().unwrap();
        assert_eq!(String::from(network), "10.0.0.0/8");
        assert!(network.contains("10.200.0.1".parse().unwrap()));
        assert!(network.contains("::ffff:10.1.1.1".parse().unwrap()));
        assert!(!network.contains("11.0.0.1".parse().unwrap()));
        let single: Cidr = "::1".parse().unwrap();
        assert!(single.contains("::1".parse().unwrap()));
        for bad in ["", "10.0.0.0/33", "example.com", "10.0.0"] {
            assert!(bad.parse::<Cidr>().is_err(), "{bad}");
        }
    }

    #[test]
    fn hosts_are_exact() {
        for (written, read) in [("Example.COM", "example.com"), ("10.0.0.1", "10.0.0.1"), ("::1", "::1")] {
            assert_eq!(written.parse::<HostName>().unwrap().as_str(), read);
        }
        for bad in ["", "*.example.com", "https://x", "x:80", "x/y", "x.", "a b"] {
            assert!(bad.parse::<HostName>().is_err(), "{bad}");
        }
        let private: PrivateHost = "Shop.internal=10.20.0.0/16".parse().unwrap();
        assert_eq!(String::from(private), "shop.internal=10.20.0.0/16");
        for bad in ["shop.internal", "shop.internal=", "=10.0.0.0/8", "a=b"] {
            assert!(bad.parse::<PrivateHost>().is_err(), "{bad}");
        }
    }

    #[test]
    fn mailboxes_are_addresses_with_or_without_a_name() {
        for good in ["a@b.example", "Acme Support <no-reply@acme.example>", "<a@localhost>"] {
            assert_eq!(good.parse::<Mailbox>().unwrap().as_str(), good);
        }
        for bad in ["", "acme", "Acme <acme>", "@b", "a@", "a b@c", "a@b, c@d", "<x> <a@b>", "a@b\nBcc: c@d"] {
            assert!(bad.parse::<Mailbox>().is_err(), "{bad}");
        }
    }

    #[test]
    fn database_urls_name_postgresql() {
        for good in ["postgres://localhost/x", "postgresql:///x?host=/run/pg", "postgres://u:p@%2Frun/x"] {
            assert!(good.parse::<DatabaseUrl>().is_ok(), "{good}");
        }
        for bad in ["", "mysql://x/y", "localhost/x"] {
            assert!(bad.parse::<DatabaseUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn log_filters_are_levels() {
        assert!("info,sqlx=warn".parse::<LogFilter>().is_ok());
        assert!("sqlx=loud".parse::<LogFilter>().is_err());
    }
}
