//! Webhooks as Meta writes and signs them, so that a receiver's verification meets the real bytes.
//!
//! Meta signs the escaped form it sends: code points above U+007F as `\uXXXX` in lower-case hex, and
//! `/` as `\/`. A receiver that parses and serialises again before it verifies will fail, as it
//! would against the real provider.

use crate::courier::{Envelope, Parcel};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};
use sha2::Sha256;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// The header that carries [`sign`]'s value.
pub const SIGNATURE_HEADER: &str = "X-Hub-Signature-256";
/// The same name as HTTP libraries want it.
const SIGNATURE_NAME: &str = "x-hub-signature-256";
/// How long one delivery may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The `X-Hub-Signature-256` value for these exact bytes: `sha256=` and 64 lower-case hex digits of
/// HMAC-SHA256 under the app secret.
pub fn sign(app_secret: &str, raw: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(app_secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(raw);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// Compact JSON, escaped as Meta escapes it. The result is pure ASCII.
pub fn escape_like_meta(value: &Value) -> Vec<u8> {
    let mut raw = Vec::with_capacity(1024);
    value
        .serialize(&mut Serializer::with_formatter(&mut raw, MetaEscapes))
        .expect("a JSON value has string keys and a vector takes every write");
    raw
}

/// A webhook as it goes over the wire.
#[derive(Clone, Debug)]
pub struct SignedWebhook {
    /// The exact bytes.
    pub body: Bytes,
    /// The value of `X-Hub-Signature-256` over them.
    pub signature: String,
}

impl SignedWebhook {
    /// Escapes and signs a payload.
    pub fn new(app_secret: &str, payload: &Value) -> Self {
        let body = escape_like_meta(payload);
        let signature = sign(app_secret, &body);
        Self { body: body.into(), signature }
    }

    /// Addresses it: every attempt is the same.
    pub(crate) fn to(self, to: Url) -> Parcel {
        let signature = HeaderValue::from_str(&self.signature).expect("a signature is hexadecimal");
        let agent = HeaderValue::from_static("facebookexternalua");
        let headers =
            HeaderMap::from_iter([(header::USER_AGENT, agent), (HeaderName::from_static(SIGNATURE_NAME), signature)]);
        let envelope = Envelope { headers, body: self.body };
        Parcel { to, timeout: TIMEOUT, seal: Arc::new(move |_| envelope.clone()) }
    }
}

struct MetaEscapes;

impl Formatter for MetaEscapes {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for character in fragment.chars() {
            match character {
                '/' => writer.write_all(b"\\/")?,
                plain if plain.is_ascii() => writer.write_all(&[plain as u8])?,
                wide => {
                    for unit in wide.encode_utf16(&mut [0; 2]) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn escapes_slashes_accents_and_astral_characters() {
        let raw = escape_like_meta(&json!({ "a/b": "é 😀 \"x\" \n </p>" }));
        assert_eq!(String::from_utf8(raw).unwrap(), r#"{"a\/b":"\u00e9 \ud83d\ude00 \"x\" \n <\/p>"}"#);
    }

    /// The worked example of GitHub's webhook documentation, which uses the same scheme and header.
    #[test]
    fn signs_the_documented_example() {
        assert_eq!(
            sign("It's a Secret to Everybody", b"Hello, World!"),
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
    }

    proptest! {
        #[test]
        fn escaping_is_ascii_and_loses_nothing(text in ".*") {
            let value = json!({ text.clone(): [text] });
            let raw = escape_like_meta(&value);
            prop_assert!(raw.is_ascii());
            prop_assert_eq!(serde_json::from_slice::<Value>(&raw).unwrap(), value);
        }
    }
}
