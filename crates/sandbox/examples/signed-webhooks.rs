//! Writes generated webhooks as JSON lines, half of them tampered with, each with the verdict of the product's own
//! verification: `scripts/pywa-agrees` holds it against that of another implementation.
//!
//! Bodies are full of accents, emoji and escapes, in the escaped form that Meta sends and in raw UTF-8. The argument
//! seeds the generator.

use chrono::DateTime;
use http::{HeaderMap, HeaderValue};
use manifest::{Manifest, Recipe, Request};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};
use signalbox_sandbox::signing::{SIGNATURE_HEADER, escape_like_meta, sign};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

const WEBHOOKS: usize = 2000;
const MANIFEST: &str = include_str!("../../../plugins/whatsapp/manifest.json");

/// What texts are made of: each is written differently by different JSON libraries.
#[rustfmt::skip] // Rows read better than forty lines.
const PIECES: &[&str] = &[
    "Grüße", "señor", "Ångström", "ﬁ", "e\u{301}", "日本語", "العربية", "שלום", "नमस्ते", "😀", "👩‍👩‍👧‍👦", "🇩🇪", "❤\u{fe0f}",
    "\u{1f3fb}", "\"", "\\", "/", "</script>", "\\u00e9", "\n", "\r\n", "\t", "\u{8}", "\u{c}", "\u{1}", "\u{7f}",
    "\u{80}", "\u{a0}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{fffd}", "\u{ffff}", "\u{10ffff}", "a", " ", "%20", "&amp;", "'",
];

struct Webhook {
    secret: String,
    body: Vec<u8>,
    signature: String,
    what: &'static str,
}

fn main() -> io::Result<()> {
    let seed = std::env::args().nth(1).and_then(|seed| seed.parse().ok()).unwrap_or_default();
    let mut rng = StdRng::seed_from_u64(seed);
    let recipe = Manifest::parse(MANIFEST.as_bytes()).expect("the manifest is valid").webhook;
    let recipe = recipe.expect("WhatsApp has webhooks");
    let mut out = BufWriter::new(io::stdout().lock());
    for number in 0..WEBHOOKS {
        let mut webhook = honest(&mut rng);
        if number % 2 == 1 {
            tamper(&mut webhook, &mut rng);
        }
        let line = json!({
            "what": webhook.what,
            "secret": webhook.secret,
            "body": hex::encode(&webhook.body),
            "signature": webhook.signature,
            "genuine": number % 2 == 0,
            "ours": accepted(&recipe, &webhook),
        });
        writeln!(out, "{line}")?;
    }
    out.flush()
}

fn honest(rng: &mut StdRng) -> Webhook {
    let payload = json!({
        "object": "whatsapp_business_account",
        "entry": [{ "changes": [{ "field": "messages", "value": value(rng, 3) }] }],
    });
    let secret: String = (0..rng.random_range(1..64)).map(|_| char::from(rng.random_range(b'!'..=b'~'))).collect();
    let (what, body) = match rng.random_range(0..3) {
        0 => ("raw UTF-8", payload.to_string().into_bytes()),
        1 => ("raw UTF-8, indented", serde_json::to_vec_pretty(&payload).expect("a value is serialisable")),
        _ => ("escaped", escape_like_meta(&payload)),
    };
    let signature = sign(&secret, &body);
    Webhook { secret, body, signature, what }
}

fn tamper(webhook: &mut Webhook, rng: &mut StdRng) {
    match rng.random_range(0..4) {
        0 => {
            let place = rng.random_range(0..webhook.body.len());
            webhook.body[place] ^= 1 << rng.random_range(0..8);
            webhook.what = "one bit of the body";
        }
        1 => {
            let place = webhook.signature.len() - rng.random_range(1..=64);
            let digit = &webhook.signature[place..=place];
            let other = if digit == "0" { "1" } else { "0" };
            webhook.signature.replace_range(place..=place, other);
            webhook.what = "one digit of the signature";
        }
        2 => {
            webhook.secret.push('x');
            webhook.what = "another secret";
        }
        _ => {
            webhook.body.push(b' ');
            webhook.what = "the same JSON in other bytes";
        }
    }
}

fn accepted(recipe: &Recipe, webhook: &Webhook) -> bool {
    let signature = HeaderValue::from_str(&webhook.signature).expect("a signature is ASCII");
    let name = http::HeaderName::from_bytes(SIGNATURE_HEADER.as_bytes()).expect("a header's name");
    let headers = HeaderMap::from_iter([(name, signature)]);
    let request = Request::new("POST", "https://signalbox.example/hooks/x", &headers, &webhook.body);
    let secrets = BTreeMap::from([("app_secret".to_owned(), webhook.secret.clone())]);
    recipe.verify(&request, &secrets, DateTime::UNIX_EPOCH).is_ok()
}

fn value(rng: &mut StdRng, depth: u32) -> Value {
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
