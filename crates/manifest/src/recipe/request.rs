//! A webhook request as recipes see it, with its body parsed at most once.

use std::sync::OnceLock;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Unroutable;

/// How a body is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BodyFormat {
    /// One JSON document.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// A form if the content type says so, else JSON: for providers that send both.
    Negotiated,
    /// Not looked into by the host.
    Opaque,
}

/// A received request. The same value serves handshake, verification and routing, so that its
/// body is parsed once.
#[derive(Debug)]
pub struct Request<'a> {
    pub(super) method: &'a str,
    pub(super) public_url: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
    json: OnceLock<Result<Value, Unroutable>>,
}

/// A body in the format the recipe asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    Json(&'a Value),
    Form(&'a [u8]),
    Opaque,
}

impl<'a> Request<'a> {
    /// `method` in upper case; `public_url` as the provider was told to call it, with the query
    /// exactly as received: rebuilt from the configured public address, never from proxy headers.
    pub fn new(method: &'a str, public_url: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        Self { method, public_url, headers, body, json: OnceLock::new() }
    }

    /// The undecoded query, empty if there is none.
    pub(super) fn query(&self) -> &'a str {
        let url = self.public_url;
        let url = url.split_once('#').map_or(url, |(url, _)| url);
        url.split_once('?').map_or("", |(_, query)| query)
    }

    pub(super) fn body(&self, format: BodyFormat) -> Result<Body<'_>, Unroutable> {
        match format {
            BodyFormat::Opaque => Ok(Body::Opaque),
            BodyFormat::Form => Ok(Body::Form(self.body)),
            BodyFormat::Negotiated if self.says_form() => Ok(Body::Form(self.body)),
            BodyFormat::Json | BodyFormat::Negotiated => match self.json() {
                Ok(value) => Ok(Body::Json(value)),
                Err(error) => Err(error.clone()),
            },
        }
    }

    fn json(&self) -> &Result<Value, Unroutable> {
        self.json.get_or_init(|| {
            serde_json::from_slice(self.body)
                .map_err(|error| Unroutable::NotJson { line: error.line(), column: error.column() })
        })
    }

    fn says_form(&self) -> bool {
        let content_type = self.headers.get(CONTENT_TYPE);
        let essence = content_type.and_then(|value| value.to_str().ok()).and_then(|value| value.split(';').next());
        essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    }
}
