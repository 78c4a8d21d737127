//! Reading a body that is almost JSON.
//!
//! Texts are cut by bytes or UTF-16 units on their way, also by Meta, which leaves half an emoji:
//! a lone surrogate escape or a broken UTF-8 sequence. Strict JSON refuses the whole request for
//! it, with every other message in it; here the broken character becomes U+FFFD instead.

use plugin_sdk::PluginError;
use serde_json::Value;

const REPLACEMENT: &str = "\\ufffd";

/// The body as JSON, repaired only if it cannot be read as it is.
pub fn read(body: &[u8]) -> Result<Value, PluginError> {
    serde_json::from_slice(body).or_else(|error| {
        let repaired = replace_lone_surrogates(&String::from_utf8_lossy(body));
        serde_json::from_str(&repaired)
            .map_err(|_| PluginError::invalid_input(format!("the body is not JSON: {error}")))
    })
}

fn replace_lone_surrogates(json: &str) -> String {
    let mut repaired = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(position) = rest.find('\\') {
        repaired.push_str(&rest[..position]);
        rest = &rest[position..];
        let length = match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                repaired.push_str(REPLACEMENT);
                rest = &rest[6..];
                continue;
            }
            (Some(_), _) => 6,
            // Any other escape: the backslash and what it escapes.
            (None, _) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        repaired.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    repaired.push_str(rest);
    repaired
}

/// The UTF-16 unit of a `\uXXXX` escape at the start of a text.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn half_an_emoji_does_not_cost_the_request() {
        for (body, text) in [
            (r#"{"a":"hi \ud83d"}"#.as_bytes(), "hi \u{fffd}"),
            (br#"{"a":"\ude00 hi"}"#, "\u{fffd} hi"),
            (br#"{"a":"\ud83d\ud83d\ude00"}"#, "\u{fffd}😀"),
            (br#"{"a":"\ud83d\n\\ud83d"}"#, "\u{fffd}\n\\ud83d"),
            (b"{\"a\":\"caf\xc3\"}", "caf\u{fffd}"),
            (br#"{"a":"\ud83d\ude00\u00e4\/"}"#, "😀ä/"),
        ] {
            assert_eq!(read(body).unwrap(), json!({ "a": text }));
        }
    }

    #[test]
    fn what_is_no_json_stays_an_error() {
        for body in ["", "{", "hello", r#"{"a":"\ud83"#, r#"{"a":"\"#] {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
    }
}
