//! The secret that must never be seen, and how to look for it.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Holds what URLs, JSON and base64 treat in ways of their own.
pub const CANARY: &str = r#"CANARY/7+"x\y%2f z?&end~EAAG0123"#;

/// What `text` holds of the canary: the whole in any form that is promised to be redacted, or eight
/// characters of it in a row.
pub fn sightings(text: &[u8]) -> Vec<&'static str> {
    static LOOKOUT: OnceLock<(AhoCorasick, Vec<String>)> = OnceLock::new();
    let (lookout, forms) = LOOKOUT.get_or_init(|| {
        let parts = CANARY.as_bytes().windows(8).map(|part| String::from_utf8(part.to_vec()).unwrap());
        let forms: Vec<_> = parts.chain(forms()).collect();
        (AhoCorasick::new(&forms).unwrap(), forms)
    });
    let mut seen: Vec<_> = lookout.find_iter(text).map(|found| forms[found.pattern().as_usize()].as_str()).collect();
    seen.sort_unstable();
    seen.dedup();
    seen
}

#[track_caller]
pub fn assert_unseen(text: &[u8], what: &str) {
    let seen = sightings(text);
    assert!(seen.is_empty(), "{what}: {seen:?}");
}

fn forms() -> Vec<String> {
    let mut forms: Vec<_> = ESCAPES.iter().map(|escape| escape(CANARY)).collect();
    forms.extend(ESCAPES.iter().flat_map(|first| ESCAPES.iter().map(|second| second(&first(CANARY)))));
    // Ten letters from the middle tell a text in base64, at whichever of its three places it stands.
    let inside = |text: &str, before: usize| {
        let padded = format!("{}{text}", "_".repeat(before));
        [STANDARD_NO_PAD.encode(&padded)[8..18].to_owned(), URL_SAFE_NO_PAD.encode(&padded)[8..18].to_owned()]
    };
    for before in 0..3 {
        forms.extend(inside(CANARY, before));
        forms.extend(inside(&hex(CANARY), before));
    }
    forms
}

/// A way to write a text.
pub type Transform = fn(&str) -> String;

const ESCAPES: [Transform; 6] = [percent, all_percent, form, json, hex, upper_hex];

pub fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { escaped(byte) })
        .collect()
}

pub fn all_percent(text: &str) -> String {
    text.bytes().map(escaped).collect()
}

fn escaped(byte: u8) -> String {
    format!("%{byte:02X}")
}

pub fn form(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

pub fn json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// As PHP and Go write JSON.
pub fn eager_json(text: &str) -> String {
    json(text).replace('/', r"\/").replace('&', r"\u0026").replace('+', r"\u002B")
}

pub fn hex(text: &str) -> String {
    ::hex::encode(text)
}

pub fn upper_hex(text: &str) -> String {
    ::hex::encode_upper(text)
}

pub fn base64(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(text)
}

pub fn base64_url(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

#[test]
fn a_canary_is_seen() {
    let transforms: [Transform; 8] = [percent, all_percent, form, json, hex, upper_hex, base64, base64_url];
    for transform in transforms {
        for before in ["", "a", "ab"] {
            assert!(!sightings(transform(&format!("{before}{CANARY}")).as_bytes()).is_empty());
        }
    }
    assert!(!sightings(&CANARY.as_bytes()[3..11]).is_empty());
    assert!(sightings(b"[redacted] and whatever else there is").is_empty());
}
