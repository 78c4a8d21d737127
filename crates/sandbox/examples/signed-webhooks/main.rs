//! Writes generated webhooks as JSON lines, half of them tampered with, each with the verdict of the product's own
//! verification: `scripts/pywa-agrees` and `scripts/providers-agree` hold it against that of other implementations.
//!
//! Bodies are full of accents, emoji and escapes, in the form that the provider sends and in others. The arguments are
//! a seed for the generator and the provider: `whatsapp`, `shopify` or `hubspot`.

mod provider;
mod texts;

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderName, HeaderValue};
use manifest::{Recipe, Request};
use provider::Provider;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

const WEBHOOKS: usize = 2000;

/// A webhook on its way, with the secret that its receiver has.
struct Webhook {
    secret: String,
    url: String,
    sent_at: DateTime<Utc>,
    body: Vec<u8>,
    signature: String,
    what: &'static str,
}

fn main() -> io::Result<()> {
    let seed = std::env::args().nth(1).and_then(|seed| seed.parse().ok()).unwrap_or_default();
    let name = std::env::args().nth(2).unwrap_or_else(|| "whatsapp".to_owned());
    let provider = Provider::named(&name).unwrap_or_else(|| panic!("there is no provider named {name}"));
    let mut rng = StdRng::seed_from_u64(seed);
    let recipe = provider.recipe();
    let now = Utc::now();
    let mut out = BufWriter::new(io::stdout().lock());
    for number in 0..WEBHOOKS {
        let mut webhook = honest(provider, now, &mut rng);
        if number % 2 == 1 {
            tamper(provider, &mut webhook, &mut rng);
        }
        let line = json!({
            "what": webhook.what,
            "secret": webhook.secret,
            "url": webhook.url,
            "timestamp": webhook.sent_at.timestamp_millis(),
            "body": hex::encode(&webhook.body),
            "signature": webhook.signature,
            "genuine": number % 2 == 0,
            "ours": accepted(provider, &recipe, &webhook, now),
        });
        writeln!(out, "{line}")?;
    }
    out.flush()
}

fn honest(provider: Provider, now: DateTime<Utc>, rng: &mut StdRng) -> Webhook {
    let payload = provider.payload(rng);
    let secret: String = (0..rng.random_range(1..64)).map(|_| char::from(rng.random_range(b'!'..=b'~'))).collect();
    let (what, body) = match rng.random_range(0..3) {
        0 => ("raw UTF-8", payload.to_string().into_bytes()),
        1 => ("raw UTF-8, indented", serde_json::to_vec_pretty(&payload).expect("a value is serialisable")),
        _ => ("escaped", provider.escape(&payload)),
    };
    let sent_at = now - TimeDelta::seconds(rng.random_range(0..200));
    let url = texts::url(rng);
    let signature = provider.sign(&secret, &url, &body, sent_at);
    Webhook { secret, url, sent_at, body, signature, what }
}

fn tamper(provider: Provider, webhook: &mut Webhook, rng: &mut StdRng) {
    // Only a signature with a date and an address in it can be held to them.
    match rng.random_range(0..if provider == Provider::Hubspot { 6 } else { 4 }) {
        0 => {
            let place = rng.random_range(0..webhook.body.len());
            webhook.body[place] ^= 1 << rng.random_range(0..8);
            webhook.what = "one bit of the body";
        }
        1 => {
            // The last digit of Base64 has bits that stand for nothing.
            let places = provider.signature_digits();
            let place = webhook.signature.len() - rng.random_range(places);
            let digit = &webhook.signature[place..=place];
            let other = if digit == "0" { "1" } else { "0" };
            webhook.signature.replace_range(place..=place, other);
            webhook.what = "one digit of the signature";
        }
        2 => {
            webhook.secret.push('x');
            webhook.what = "another secret";
        }
        3 => {
            webhook.body.push(b' ');
            webhook.what = "the same JSON in other bytes";
        }
        4 => {
            webhook.sent_at -= TimeDelta::minutes(10);
            webhook.signature = provider.sign(&webhook.secret, &webhook.url, &webhook.body, webhook.sent_at);
            webhook.what = "an old webhook again";
        }
        _ => {
            webhook.url.push_str("%20");
            webhook.what = "another URL";
        }
    }
}

fn accepted(provider: Provider, recipe: &Recipe, webhook: &Webhook, now: DateTime<Utc>) -> bool {
    let headers = provider.headers(&webhook.signature, webhook.sent_at).into_iter().map(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        (name, HeaderValue::from_str(&value).expect("signatures and numbers are ASCII"))
    });
    let headers: HeaderMap = headers.collect();
    let request = Request::new("POST", &webhook.url, &headers, &webhook.body);
    let secrets = BTreeMap::from([(provider.secret_name().to_owned(), webhook.secret.clone())]);
    recipe.verify(&request, &secrets, now).is_ok()
}
