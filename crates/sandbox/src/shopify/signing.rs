//! Webhooks as Shopify writes and signs them.
//!
//! The signature is over the bytes that are sent. Shopify's JSON escapes `/`, `<`, `>`, `&` and the line separators
//! of Unicode, and leaves accents and emoji as they are: a receiver that parses and serialises before it verifies
//! fails, as it would against the real one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};
use sha2::Sha256;
use std::io::{self, Write};

/// The value of `X-Shopify-Hmac-Sha256` and of `shopify-hmac-sha256` for these exact bytes: Base64 of HMAC-SHA256 under
/// the app's client secret.
pub fn sign(client_secret: &str, raw: &[u8]) -> String {
    STANDARD.encode(hmac(client_secret, raw))
}

pub(super) fn hmac(client_secret: &str, content: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(client_secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

/// Compact JSON, escaped as Shopify escapes it.
pub fn escape_like_shopify(value: &Value) -> Vec<u8> {
    let mut raw = Vec::with_capacity(4096);
    value
        .serialize(&mut Serializer::with_formatter(&mut raw, ShopifyEscapes))
        .expect("a JSON value has string keys and a vector takes every write");
    raw
}

struct ShopifyEscapes;

impl Formatter for ShopifyEscapes {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for character in fragment.chars() {
            match character {
                '/' => writer.write_all(b"\\/")?,
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => write!(writer, "\\u{:04x}", u32::from(character))?,
                plain => writer.write_all(plain.encode_utf8(&mut [0; 4]).as_bytes())?,
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
    fn escapes_what_shopify_escapes() {
        let raw =
            escape_like_shopify(&json!({ "a/b": "é 😀 <b>R&D</b> \u{2028}", "id": 9_070_000_000_001_000_001_u64 }));
        assert_eq!(
            String::from_utf8(raw).unwrap(),
            r#"{"a\/b":"é 😀 \u003cb\u003eR\u0026D\u003c\/b\u003e \u2028","id":9070000000001000001}"#
        );
    }

    /// The value in the tests of Shopify's own library (shopify-app-js, `webhooks/__tests__/validate.test.ts`).
    #[test]
    fn signs_the_example_of_the_library() {
        assert_eq!(sign("test_secret_key", br#"{"foo": "bar"}"#), "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g=");
    }

    proptest! {
        #[test]
        fn escaping_loses_nothing(text in ".*") {
            let value = json!({ text.clone(): [text] });
            prop_assert_eq!(serde_json::from_slice::<Value>(&escape_like_shopify(&value)).unwrap(), value);
        }
    }
}
