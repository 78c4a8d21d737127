//! Texts and values that JSON libraries and URL libraries write in different ways.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value, json};

/// What texts are made of: each is written differently by different JSON libraries.
#[rustfmt::skip] // Rows read better than forty lines.
const PIECES: &[&str] = &[
    "Grüße", "señor", "Ångström", "ﬁ", "e\u{301}", "日本語", "العربية", "שלום", "नमस्ते", "😀", "👩‍👩‍👧‍👦", "🇩🇪", "❤\u{fe0f}",
    "\u{1f3fb}", "\"", "\\", "/", "</script>", "\\u00e9", "\n", "\r\n", "\t", "\u{8}", "\u{c}", "\u{1}", "\u{7f}",
    "\u{80}", "\u{a0}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{fffd}", "\u{ffff}", "\u{10ffff}", "a", " ", "%20", "&amp;", "'",
];

/// What URLs are made of: escapes that are undone before a URL is signed, and others.
const ESCAPES: &[&str] = &[
    "a", "%3A", "%3a", "%2F", "%3F", "%40", "%21", "%24", "%27", "%28", "%29", "%2A", "%2C", "%3B", "%20", "%25",
    "%26", "%2B", "%3D", "%23", "%C3%BC", ":", "/", "&b=", "~",
];

/// The URL of a webhook, with any query.
pub fn url(rng: &mut StdRng) -> String {
    let mut url = "https://signalbox.example/hooks/x?q=".to_owned();
    for _ in 0..rng.random_range(0..12) {
        url.push_str(ESCAPES.choose(rng).expect("there are escapes"));
    }
    url
}

pub fn value(rng: &mut StdRng, depth: u32) -> Value {
    match rng.random_range(0..if depth == 0 { 4 } else { 7 }) {
        0 => Value::Null,
        1 => json!(rng.random::<i64>()),
        2 | 3 => json!(text(rng)),
        4 => (0..rng.random_range(0..4)).map(|_| value(rng, depth - 1)).collect(),
        _ => {
            let fields: Map<_, _> = (0..rng.random_range(1..5)).map(|_| (text(rng), value(rng, depth - 1))).collect();
            fields.into()
        }
    }
}

fn text(rng: &mut StdRng) -> String {
    let mut text = String::new();
    for _ in 0..rng.random_range(0..12) {
        match rng.random_range(0..4) {
            0 => text.push(rng.random()),
            _ => text.push_str(PIECES.choose(rng).expect("there are pieces")),
        }
    }
    text
}
