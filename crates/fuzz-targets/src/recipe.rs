//! Recipes and requests: the first line is a recipe, the second method and URL, then headers up to an
//! empty line, and the body.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue};
use manifest::{Content, Recipe, Request, Routing, Secrets, Verification};

use crate::Outcome;
use crate::lines::Lines;

/// When every request arrives.
const NOW: i64 = 1_700_000_000;

/// The value of every secret, as good as hex as it is as base64.
struct OneSecret;

impl Secrets for OneSecret {
    fn secret(&self, _: &str) -> Option<&str> {
        Some("736563726574")
    }
}

/// Nothing panics, only what was signed is verified, and a request always belongs somewhere.
pub fn run(data: &[u8]) -> Outcome {
    let Some((recipe, sample)) = read(data) else {
        return Outcome::Refused;
    };
    let written = serde_json::to_vec(&recipe).expect("a recipe has only string keys");
    assert_eq!(serde_json::from_slice::<Recipe>(&written).expect("it was read before"), recipe);

    let now = DateTime::from_timestamp(NOW, 0).expect("a time of this century");
    let verified = recipe.verify(&sample.request(), &OneSecret, now);
    if verified.is_ok() {
        check_tampering(&recipe, &sample, now);
    }
    if let Some(reply) = recipe.handshake(&sample.request(), &OneSecret, now) {
        assert!([200, 400, 403].contains(&reply.status), "{}", reply.status);
        assert!(reply.content_type.is_none_or(|value| HeaderValue::from_str(&value).is_ok()));
    }
    let ack = recipe.ack.reply();
    assert!((200..300).contains(&ack.status));

    let request = sample.request();
    let routing = match recipe.route(&request) {
        Ok(routing) => routing,
        Err(error) => {
            assert!(!error.to_string().is_empty(), "a refusal says why");
            return Outcome::Refused;
        }
    };
    check_routing(&routing);
    assert_eq!(recipe.route(&sample.request()).as_ref(), Ok(&routing), "the same request goes the same way");
    let everybody: BTreeSet<_> = routing.parts.iter().filter_map(|part| part.account.clone()).collect();
    assert_eq!(recipe.portion(&request, &everybody), sample.body, "everybody's portion is everything");
    let _ = recipe.portion(&request, &BTreeSet::new());
    if verified.is_ok() { Outcome::Accepted } else { Outcome::Refused }
}

struct Sample<'a> {
    method: &'a str,
    url: &'a str,
    headers: HeaderMap,
    body: &'a [u8],
}

impl Sample<'_> {
    fn request(&self) -> Request<'_> {
        Request::new(self.method, self.url, &self.headers, self.body)
    }
}

fn read(data: &[u8]) -> Option<(Recipe, Sample<'_>)> {
    let mut lines = Lines(data);
    let recipe: Recipe = serde_json::from_slice(lines.bytes()).ok()?;
    recipe.check().ok()?;
    let (method, url) = lines.text()?.split_once(' ')?;
    let mut headers = HeaderMap::new();
    loop {
        let line = lines.bytes();
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { break };
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        headers.append(name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?);
    }
    Some((recipe, Sample { method, url, headers, body: lines.0 }))
}

/// Where every proof covers the body as it is, no other body passes with the same proof.
fn check_tampering(recipe: &Recipe, sample: &Sample<'_>, now: DateTime<Utc>) {
    let covers_body = |rule: &Verification| match rule {
        Verification::Hmac(rule) => rule.content.contains(&Content::Body),
        Verification::Token(_) => false,
    };
    if recipe.verify.is_empty() || !recipe.verify.iter().all(covers_body) {
        return;
    }
    let mut longer = sample.body.to_vec();
    longer.push(b' ');
    let mut changed = sample.body.to_vec();
    if let Some(byte) = changed.first_mut() {
        *byte ^= 1;
    }
    for body in [longer, changed] {
        if body != sample.body {
            let request = Request::new(sample.method, sample.url, &sample.headers, &body);
            recipe.verify(&request, &OneSecret, now).expect_err("a proof of another body");
        }
    }
}

fn check_routing(routing: &Routing) {
    let is_key = |key: &str, most: usize| key.len() <= most && !key.chars().any(char::is_control);
    assert!(is_key(&routing.dedupe_key, 140) && !routing.dedupe_key.is_empty(), "{:?}", routing.dedupe_key);
    assert!((1..=2000).contains(&routing.parts.len()));
    for key in routing.parts.iter().flat_map(|part| [&part.account, &part.thread]).flatten() {
        assert!(is_key(key, 128) && !key.is_empty(), "{key:?}");
    }
    assert_eq!(routing.parts.iter().collect::<BTreeSet<_>>().len(), routing.parts.len(), "parts are distinct");
}
