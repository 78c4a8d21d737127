//! Host names of egress rules: exact, or with one label that the connection's settings fill in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// A host a plugin may call: `graph.facebook.com`, or `{shop}.myshopify.com` where `{shop}` is
/// the connection's setting of that name.
///
/// The label stands for exactly one DNS label and never for the registrable end of the name, so a
/// setting can choose among a provider's hosts but not leave the provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct HostPattern {
    pattern: String,
    label: Option<Label>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Label {
    setting: String,
    /// What stands before and after the braces, dots included.
    before: String,
    after: String,
}

/// Why a host pattern names no host for a connection.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HostUnresolved {
    /// The settings hold no such string.
    #[error("the setting `{0}` is missing")]
    Missing(String),
    /// The setting is more, or other, than one DNS label.
    #[error("the setting `{0}` is not a single host label")]
    NotALabel(String),
}

/// A text that is no host pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a host is a lower-case DNS name of at least two labels, of which one, before the last two, \
     may be a setting in braces"
)]
pub struct HostMalformed;

impl HostPattern {
    /// The setting that fills the label, if there is one.
    pub fn setting(&self) -> Option<&str> {
        self.label.as_ref().map(|label| label.setting.as_str())
    }

    /// The host for one connection, lower-case.
    pub fn resolve(&self, settings: &Value) -> Result<String, HostUnresolved> {
        let Some(label) = &self.label else {
            return Ok(self.pattern.clone());
        };
        let value = settings
            .get(&label.setting)
            .and_then(Value::as_str)
            .ok_or_else(|| HostUnresolved::Missing(label.setting.clone()))?
            .to_ascii_lowercase();
        if !is_label(&value) {
            return Err(HostUnresolved::NotALabel(label.setting.clone()));
        }
        Ok(format!("{}{value}{}", label.before, label.after))
    }

    /// The pattern as written in the manifest.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }
}

impl TryFrom<String> for HostPattern {
    type Error = HostMalformed;

    fn try_from(pattern: String) -> Result<Self, HostMalformed> {
        let labels: Vec<&str> = pattern.split('.').collect();
        if pattern.len() > 253 || labels.len() < 2 {
            return Err(HostMalformed);
        }
        let mut label = None;
        let mut offset = 0;
        for (position, text) in labels.iter().enumerate() {
            match text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
                Some(setting) => {
                    let keeps_domain = position + 2 < labels.len();
                    if label.is_some() || !keeps_domain || !is_setting(setting) {
                        return Err(HostMalformed);
                    }
                    label = Some(Label {
                        setting: setting.to_owned(),
                        before: pattern[..offset].to_owned(),
                        after: pattern[offset + text.len()..].to_owned(),
                    });
                }
                None if is_label(text) => {}
                None => return Err(HostMalformed),
            }
            offset += text.len() + 1;
        }
        if labels.last().is_some_and(|last| is_number(last)) {
            return Err(HostMalformed);
        }
        Ok(Self { pattern, label })
    }
}

impl From<HostPattern> for String {
    fn from(host: HostPattern) -> Self {
        host.pattern
    }
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether a name that ends with `label` is an IPv4 address to the URL Standard ("ends in a number"),
/// or nothing. An address is no name: it would go around what the operator allows by name.
fn is_number(label: &str) -> bool {
    let is_hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    label.bytes().all(|byte| byte.is_ascii_digit()) || label.strip_prefix("0x").is_some_and(is_hex)
}

fn is_setting(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pattern(text: &str) -> Result<HostPattern, HostMalformed> {
        HostPattern::try_from(text.to_owned())
    }

    #[test]
    fn accepts_exact_hosts_and_one_label() {
        for text in ["graph.facebook.com", "api.telegram.org", "{shop}.myshopify.com"] {
            assert_eq!(pattern(text).unwrap().as_str(), text);
        }
        assert_eq!(pattern("api.{region}.example.com").unwrap().setting(), Some("region"));
    }

    #[test]
    fn refuses_what_could_leave_the_provider() {
        for text in [
            "",
            "localhost",
            "*.example.com",
            "{host}",
            "{host}.com",
            "a.{host}.com",
            "{a}.{b}.example.com",
            "x{a}.example.com",
            "example.com.",
            ".example.com",
            "Example.com",
            "example.com:8080",
            "example.com/x",
            "user@example.com",
            "127.0.0.1",
            "127.0.0.0x1",
            "{a}.0.0.0x",
            "-a.example.com",
            "{}.example.com",
            "{a.b}.example.com",
        ] {
            assert!(pattern(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_setting_is_one_label_or_nothing() {
        let shop = pattern("{shop}.myshopify.com").unwrap();
        assert_eq!(shop.resolve(&json!({"shop": "Blue-Kettle"})).unwrap(), "blue-kettle.myshopify.com");
        for value in ["evil.com/", "a.b", "", "a#", "a@evil.com", "-a", "ä"] {
            assert_eq!(
                shop.resolve(&json!({ "shop": value })),
                Err(HostUnresolved::NotALabel("shop".into())),
                "{value}"
            );
        }
        assert!(matches!(shop.resolve(&json!({"shop": 7})), Err(HostUnresolved::Missing(_))));
    }
}
