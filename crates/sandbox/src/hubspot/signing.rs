//! Webhooks as HubSpot signs them.
//!
//! Version 3 is over method, URL, body and timestamp. A few escapes of the URL are undone before it is signed, and no
//! others: a receiver that decodes everything, or nothing, refuses some genuine webhooks.
//!
//! Source: developers.hubspot.com, "Validating requests".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// The characters whose escapes are undone.
const DECODED: &[u8] = b":/?@!$'()*,;";

/// The value of `X-HubSpot-Signature-v3`: Base64 of HMAC-SHA256 under the app's client secret. `timestamp` is in
/// milliseconds, as in `X-HubSpot-Request-Timestamp`.
pub fn sign_v3(client_secret: &str, method: &str, url: &str, raw: &[u8], timestamp: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(client_secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(method.as_bytes());
    mac.update(decode(url).as_bytes());
    mac.update(raw);
    mac.update(timestamp.to_string().as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The value of `X-HubSpot-Signature` where its version is `v1`: SHA-256 of secret and body, in hex.
pub fn sign_v1(client_secret: &str, raw: &[u8]) -> String {
    let digest = Sha256::new().chain_update(client_secret.as_bytes()).chain_update(raw).finalize();
    hex::encode(digest)
}

/// The URL as it is signed.
pub fn decode(url: &str) -> Cow<'_, str> {
    let mut decoded = String::new();
    let mut rest = url;
    while let Some(place) = rest.find('%') {
        let (before, escape) = rest.split_at(place);
        let byte = escape.get(1..3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push_str(before);
        if let Some(byte) = byte.filter(|byte| DECODED.contains(byte)) {
            decoded.push(char::from(byte));
            rest = &escape[3..];
        } else {
            decoded.push('%');
            rest = &escape[1..];
        }
    }
    if decoded.is_empty() {
        return Cow::Borrowed(url);
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_escapes_are_undone() {
        let every = "%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B";
        for (url, signed) in [
            ("https://a.example/x?y=1", "https://a.example/x?y=1"),
            ("https://a.example/x?y=a%3ab%3Ac", "https://a.example/x?y=a:b:c"),
            ("https://a.example/x?y=%20%25%26%2B%3D%23%5B", "https://a.example/x?y=%20%25%26%2B%3D%23%5B"),
            ("https://a.example/%253A%", "https://a.example/%253A%"),
            ("https://a.example/%é%3A", "https://a.example/%é:"),
            (every, ":/?@!$'()*,;"),
        ] {
            assert_eq!(decode(url), signed, "{url}");
        }
    }

    /// Values of HubSpot's documentation and of the tests of its client for Node.js.
    #[test]
    fn signs_the_documented_examples() {
        let secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
        let body = b"{'example_field':'example_value'}";
        let url = "https://www.example.com/webhook_uri";
        for (timestamp, signature) in [
            (1_700_000_300_000, "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="),
            (1_693_657_560_000, "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="),
        ] {
            assert_eq!(sign_v3(secret, "POST", url, body, timestamp), signature);
        }
    }
}
