//! What a signature covers, assembled without copying the body.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Denied, HeaderField, Request};
use crate::form;

/// One part of the signed content; parts are joined with nothing between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Fixed text.
    Literal(String),
    /// The value of a header that must be there once.
    Header(HeaderField),
    /// The request method in upper case.
    Method,
    /// The public URL with its query.
    Url(UrlRule),
    /// The timestamp, exactly as it was sent.
    Timestamp,
    /// The raw body.
    Body,
    /// The form body's decoded pairs: unique, sorted, each name followed by its value (Twilio).
    SortedForm,
}

/// How the URL is written in the signed content.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UrlRule {
    /// ASCII characters whose percent-escapes the provider decodes before signing; other escapes
    /// stay as they are (HubSpot decodes `:/?@!$'()*,;`).
    #[serde(default)]
    pub decode: String,
    /// Whether the port may be written otherwise than in the configured address.
    #[serde(default)]
    pub port: PortRule,
}

/// How strictly the port of a URL is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PortRule {
    /// As configured.
    #[default]
    Exact,
    /// With or without: also without the configured port, or with the scheme's default port where
    /// none is configured. Twilio signs either, depending on product and transport.
    Optional,
}

impl UrlRule {
    /// The spellings of `url` that may have been signed, the configured one first.
    pub(super) fn spellings<'a>(&self, url: &'a str) -> Vec<Cow<'a, str>> {
        let url = url.split_once('#').map_or(url, |(url, _)| url);
        let mut spellings = vec![Cow::Borrowed(url)];
        if self.port == PortRule::Optional {
            spellings.extend(toggle_port(url).map(Cow::Owned));
        }
        if !self.decode.is_empty() {
            for spelling in &mut spellings {
                *spelling = Cow::Owned(decode_only(spelling, &self.decode));
            }
        }
        spellings
    }
}

/// The URL without its port, or with its scheme's default port if it has none. Everything else,
/// user information and the host's case included, stays byte for byte.
fn toggle_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_end);
    let host_start = authority.rfind('@').map_or(0, |at| at + 1);
    let host = &authority[host_start..];
    let port =
        host.rsplit_once(':').map(|(_, port)| port).filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    match (port, scheme) {
        (Some(port), _) => {
            let bare = &authority[..authority.len() - port.len() - 1];
            Some(format!("{scheme}://{bare}{path}"))
        }
        (None, "https") => Some(format!("{scheme}://{authority}:443{path}")),
        (None, "http") => Some(format!("{scheme}://{authority}:80{path}")),
        (None, _) => None,
    }
}

fn decode_only(url: &str, decoded: &str) -> String {
    let mut output = String::with_capacity(url.len());
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('%') {
        output.push_str(before);
        let escaped = form::escape(after.as_bytes()).map(char::from).filter(|character| decoded.contains(*character));
        output.push(escaped.unwrap_or('%'));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    output.push_str(rest);
    output
}

/// Feeds the signed content to `sink`, with the URL in one of its spellings.
pub(super) fn feed(
    parts: &[Content],
    request: &Request<'_>,
    url: &str,
    timestamp: &str,
    sink: &mut dyn FnMut(&[u8]),
) -> Result<(), Denied> {
    for part in parts {
        match part {
            Content::Literal(text) => sink(text.as_bytes()),
            Content::Header(name) => sink(header(request, name)?),
            Content::Method => sink(request.method.as_bytes()),
            Content::Url(_) => sink(url.as_bytes()),
            Content::Timestamp => sink(timestamp.as_bytes()),
            Content::Body => sink(request.body),
            Content::SortedForm => {
                let mut pairs: Vec<_> = form::pairs(request.body).collect();
                pairs.sort_unstable();
                pairs.dedup();
                for (name, value) in &pairs {
                    sink(name);
                    sink(value);
                }
            }
        }
    }
    Ok(())
}

/// The bytes of a header that must be there exactly once.
pub(super) fn header<'a>(request: &Request<'a>, name: &HeaderField) -> Result<&'a [u8], Denied> {
    let mut values = request.headers.get_all(&name.0).iter();
    let header = || name.as_str().to_owned();
    let value = values.next().ok_or_else(|| Denied::HeaderMissing { header: header() })?;
    match values.next() {
        None => Ok(value.as_bytes()),
        Some(_) => Err(Denied::HeaderRepeated { header: header() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_toggled_and_nothing_else() {
        for (url, toggled) in [
            ("https://Host.example/a?b=1", "https://Host.example:443/a?b=1"),
            ("http://host.example?b=1", "http://host.example:80?b=1"),
            ("https://u:p@host.example/a", "https://u:p@host.example:443/a"),
            ("https://u:p@host.example:8443/a", "https://u:p@host.example/a"),
            ("https://[::1]:8443/a", "https://[::1]/a"),
            ("https://[::1]/a", "https://[::1]:443/a"),
        ] {
            assert_eq!(toggle_port(url).as_deref(), Some(toggled), "{url}");
        }
    }

    #[test]
    fn only_the_named_escapes_are_decoded() {
        assert_eq!(decode_only("/x?a=%3Ab%3ac%20d%2f%zz%", ":/"), "/x?a=:b:c%20d/%zz%");
        // One pass: what decoding brings forth is not decoded again.
        assert_eq!(decode_only("%253A", "%:"), "%3A");
    }
}
