//! What must never be accepted: altered, replayed, incomplete or ambiguous requests.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use signalbox_manifest::{Denied, Recipe};

use crate::support::{Sent, at, recipe, secrets, vectors};

/// A valid request of one provider and what it takes to accept it.
struct Valid {
    recipe: Recipe,
    sent: Sent,
    secrets: BTreeMap<String, String>,
    signature: &'static str,
    timestamp: Option<&'static str>,
    now: DateTime<Utc>,
}

impl Valid {
    fn verify(&self, sent: &Sent) -> Result<(), Denied> {
        sent.verify(&self.recipe, &self.secrets, self.now)
    }
}

fn valid() -> Vec<Valid> {
    let all = ["meta", "shopify", "slack", "stripe", "standard_webhooks", "telegram"];
    let vectors: BTreeMap<_, _> = all.iter().map(|name| (*name, vectors(name))).collect();
    let text = |name: &str, member: &str| vectors[name][member].as_str().unwrap().to_owned();
    let stripe_header = format!("t=1492774577,v1={}", text("stripe", "v1"));
    let one = |name: &str, secret: (&str, String), sent, signature, timestamp, now| Valid {
        recipe: recipe(name),
        sent,
        secrets: secrets(&[(secret.0, &secret.1)]),
        signature,
        timestamp,
        now: at(now),
    };
    vec![
        one(
            "whatsapp",
            ("app_secret", text("meta", "secret")),
            Sent::post(text("meta", "body")).with("x-hub-signature-256", text("meta", "signature")),
            "x-hub-signature-256",
            None,
            0,
        ),
        one(
            "shopify",
            ("client_secret", text("shopify", "secret")),
            Sent::post(text("shopify", "body")).with("x-shopify-hmac-sha256", text("shopify", "signature")),
            "x-shopify-hmac-sha256",
            None,
            0,
        ),
        one(
            "slack",
            ("signing_secret", text("slack", "secret")),
            Sent::post(text("slack", "body"))
                .with("x-slack-signature", text("slack", "signature"))
                .with("x-slack-request-timestamp", text("slack", "timestamp")),
            "x-slack-signature",
            Some("x-slack-request-timestamp"),
            1_531_420_618,
        ),
        one(
            "stripe",
            ("endpoint_secret", text("stripe", "secret")),
            Sent::post(text("stripe", "body")).with("stripe-signature", stripe_header),
            "stripe-signature",
            Some("stripe-signature"),
            1_492_774_577,
        ),
        one(
            "standard_webhooks",
            ("signing_secret", text("standard_webhooks", "secret")),
            Sent::post(text("standard_webhooks", "payload"))
                .with("webhook-id", text("standard_webhooks", "msg_id"))
                .with("webhook-timestamp", "1614265330")
                .with("webhook-signature", text("standard_webhooks", "v1")),
            "webhook-signature",
            Some("webhook-timestamp"),
            1_614_265_330,
        ),
        one(
            "telegram",
            ("secret_token", text("telegram", "secret_token")),
            Sent::post(text("telegram", "body"))
                .with("x-telegram-bot-api-secret-token", text("telegram", "secret_token")),
            "x-telegram-bot-api-secret-token",
            None,
            0,
        ),
    ]
}

#[test]
fn the_unchanged_requests_are_accepted() {
    for valid in valid() {
        assert_eq!(valid.verify(&valid.sent), Ok(()), "{}", valid.signature);
    }
}

#[test]
fn any_changed_body_byte_is_refused() {
    for valid in valid().iter().filter(|valid| valid.recipe.signs_body()) {
        for index in 0..valid.sent.body.len() {
            let mut changed = valid.sent.clone();
            changed.body[index] ^= 0x20;
            assert_eq!(valid.verify(&changed), Err(Denied::Mismatch));
        }
        let mut longer = valid.sent.clone();
        longer.body.push(b'\n');
        assert_eq!(valid.verify(&longer), Err(Denied::Mismatch));
    }
}

#[test]
fn a_wrong_absent_or_empty_secret_is_refused() {
    for valid in valid() {
        let name = valid.secrets.keys().next().unwrap().as_str();
        // Right in form, even for the recipe whose key is Base64.
        let wrong = secrets(&[(name, "d3Jvbmcga2V5")]);
        assert_eq!(valid.sent.verify(&valid.recipe, &wrong, valid.now), Err(Denied::Mismatch));
        for secrets in [secrets(&[]), secrets(&[(name, "")])] {
            let denied = valid.sent.verify(&valid.recipe, &secrets, valid.now);
            assert!(matches!(denied, Err(Denied::SecretNotSet { .. })), "{denied:?}");
        }
    }
}

#[test]
fn an_empty_token_does_not_match_an_empty_secret() {
    let sent = Sent::post("{}").with("x-telegram-bot-api-secret-token", "");
    let empty = secrets(&[("secret_token", "")]);
    assert!(sent.verify(&recipe("telegram"), &empty, at(0)).is_err());
}

#[test]
fn timestamps_outside_the_tolerance_are_refused_on_both_sides() {
    for valid in valid().iter().filter(|valid| valid.timestamp.is_some()) {
        let verify = |seconds| {
            let now = valid.now + TimeDelta::seconds(seconds);
            valid.sent.verify(&valid.recipe, &valid.secrets, now)
        };
        assert_eq!(verify(300), Ok(()));
        assert_eq!(verify(-300), Ok(()));
        assert_eq!(verify(301), Err(Denied::Stale { seconds: 301 }));
        assert_eq!(verify(-301), Err(Denied::Early { seconds: 301 }));
    }
}

#[test]
fn a_timestamp_that_is_no_plain_number_is_refused() {
    for timestamp in ["", "+1531420618", "-1", "1531420618 ", "1e9", "99999999999999999999"] {
        for valid in valid() {
            let Some(header) = valid.timestamp.filter(|header| *header != valid.signature) else {
                continue;
            };
            let changed = valid.sent.clone().without(header).with(header, timestamp);
            let header = header.to_owned();
            assert_eq!(valid.verify(&changed), Err(Denied::HeaderMalformed { header }));
        }
    }
}

#[test]
fn missing_repeated_and_unreadable_headers_are_refused() {
    for valid in valid() {
        let is_token = valid.recipe.signs_body();
        let headers = [Some(valid.signature), valid.timestamp];
        for name in headers.into_iter().flatten() {
            let value = valid.sent.headers[name].clone();
            let header = name.to_owned();
            let missing = valid.verify(&valid.sent.clone().without(name));
            let repeated = valid.verify(&valid.sent.clone().with(name, &value));
            let unreadable = valid.sent.clone().without(name).with(name, b"\xff\xfe");
            let unreadable = valid.verify(&unreadable);
            if is_token {
                assert_eq!(repeated, Err(Denied::HeaderRepeated { header: header.clone() }));
                assert_eq!(unreadable, Err(Denied::HeaderMalformed { header }));
                assert!(matches!(missing, Err(Denied::HeaderMissing { .. })));
            } else {
                for denied in [missing, repeated, unreadable] {
                    assert_eq!(denied, Err(Denied::TokenMissing));
                }
            }
        }
    }
}

#[test]
fn a_signature_in_other_spellings_is_refused() {
    let valid = valid().remove(0);
    let header = valid.signature;
    let right = valid.sent.headers[header].to_str().unwrap().to_owned();
    let hash = right.strip_prefix("sha256=").unwrap().to_owned();
    for wrong in [
        String::new(),
        hash.clone(),
        "sha256=".to_owned(),
        format!("sha1={hash}"),
        format!("sha256={}", hash.to_uppercase()),
        format!("sha256={hash}00"),
        format!("sha256={}", &hash[..62]),
        format!(" {right}"),
    ] {
        let changed = valid.sent.clone().without(header).with(header, &wrong);
        assert_eq!(valid.verify(&changed), Err(Denied::Mismatch), "{wrong}");
    }
}

#[test]
fn a_body_that_is_not_utf8_is_hashed_as_it_is() {
    // HMAC-SHA256(key "k", ff fe 00), made with Python's hmac.
    let sent = Sent::post(vec![0xff, 0xfe, 0x00])
        .with("x-hub-signature-256", "sha256=e6ad9c0c1131666c769e3bf38fe31e9afc54427252980239c45ec9c5a7290731");
    let secrets = secrets(&[("app_secret", "k")]);
    assert_eq!(sent.verify(&recipe("whatsapp"), &secrets, at(0)), Ok(()));
}

#[test]
fn a_refusal_tells_neither_secret_nor_signature() {
    for valid in valid() {
        let mut changed = valid.sent.clone();
        changed.body.push(b'!');
        let mut denials = vec![valid.verify(&changed.clone().without(valid.signature))];
        denials.push(valid.verify(&changed.with(valid.signature, "x")));
        for denied in denials.into_iter().filter_map(Result::err) {
            let told = format!("{denied} {denied:?}");
            for secret in valid.secrets.values() {
                assert!(!told.contains(secret.as_str()), "{told}");
            }
        }
    }
}

#[test]
fn the_reason_is_that_of_the_alternative_that_was_tried() {
    let recipe = recipe("shopify");
    let secrets = secrets(&[("client_secret", "s")]);
    let legacy = Sent::post("{}").with("x-shopify-hmac-sha256", "AAAA");
    assert_eq!(legacy.verify(&recipe, &secrets, at(0)), Err(Denied::Mismatch));
    let neither = Sent::post("{}").verify(&recipe, &secrets, at(0));
    assert!(matches!(neither, Err(Denied::HeaderMissing { .. })));
}
