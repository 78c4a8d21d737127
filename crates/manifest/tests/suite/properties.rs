//! What holds for any input: nothing panics, only the signed bytes are accepted, and the portion
//! of everybody is everything.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderValue;
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{Sent, at, recipe, recipe_names, secrets};

const NOW: i64 = 1_700_000_000;

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// A request signed as the provider would, with every header that the signature covers or is.
fn sign(provider: &str, body: &[u8], key: &str) -> (Sent, BTreeMap<String, String>) {
    let now = NOW.to_string();
    let hex = |parts: &[&[u8]]| hex::encode(hmac(key.as_bytes(), parts));
    let base64 = |parts: &[&[u8]]| STANDARD.encode(hmac(key.as_bytes(), parts));
    let sent = Sent::post(body);
    let (sent, name, secret) = match provider {
        "whatsapp" => {
            let signature = format!("sha256={}", hex(&[body]));
            (sent.with("x-hub-signature-256", signature), "app_secret", key.to_owned())
        }
        "shopify" => {
            let signature = base64(&[body]);
            (sent.with("x-shopify-hmac-sha256", signature), "client_secret", key.to_owned())
        }
        "slack" => {
            let signature = format!("v0={}", hex(&[b"v0:", now.as_bytes(), b":", body]));
            let sent = sent.with("x-slack-request-timestamp", &now).with("x-slack-signature", signature);
            (sent, "signing_secret", key.to_owned())
        }
        "stripe" => {
            let signature = hex(&[now.as_bytes(), b".", body]);
            let sent = sent.with("stripe-signature", format!("t={now},v1={signature}"));
            (sent, "endpoint_secret", key.to_owned())
        }
        "hubspot" => {
            let (url, now) = (sent.url.clone(), format!("{now}000"));
            let signature = base64(&[b"POST", url.as_bytes(), body, now.as_bytes()]);
            let sent = sent.with("x-hubspot-request-timestamp", &now).with("x-hubspot-signature-v3", signature);
            (sent, "client_secret", key.to_owned())
        }
        "standard_webhooks" => {
            let signature = base64(&[b"msg_1.", now.as_bytes(), b".", body]);
            let sent = sent
                .with("webhook-id", "msg_1")
                .with("webhook-timestamp", &now)
                .with("webhook-signature", format!("v1,{signature}"));
            (sent, "signing_secret", format!("whsec_{}", STANDARD.encode(key)))
        }
        other => panic!("{other} is not signed like this"),
    };
    (sent, secrets(&[(name, &secret)]))
}

const SIGNED: [&str; 6] = ["whatsapp", "shopify", "slack", "stripe", "hubspot", "standard_webhooks"];

/// Any JSON, leaning towards the members that recipes look at.
fn any_json() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        prop::sample::select(vec![
            "entry",
            "changes",
            "id",
            "value",
            "metadata",
            "phone_number_id",
            "messages",
            "from",
            "contacts",
            "wa_id",
            "portalId",
            "objectId",
            "data",
            "object",
            "event",
            "channel",
        ])
        .prop_map(str::to_owned),
        ".{0,6}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 64, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A body of several entries and changes, some without account.
fn any_whatsapp() -> impl Strategy<Value = Value> {
    let change = prop::option::of(0..4u8).prop_map(|number| match number {
        Some(number) => json!({"value": {"metadata": {"phone_number_id": format!("n{number}")}}}),
        None => json!({"field": "x", "value": {"big": 1.0e300, "text": "\u{e4}\"\\"}}),
    });
    let changes = prop::collection::vec(change, 0..4);
    let entry = (prop::option::of(0..3u8), changes).prop_map(|(id, changes)| match id {
        Some(id) => json!({"id": format!("w{id}"), "changes": changes}),
        None => json!({ "changes": changes }),
    });
    prop::collection::vec(entry, 0..4).prop_map(|entry| json!({"object": "x", "entry": entry}))
}

fn accounts_of(sent: &Sent, recipe: &signalbox_manifest::Recipe) -> BTreeSet<String> {
    let parts = sent.route(recipe).unwrap().parts;
    parts.into_iter().filter_map(|part| part.account).collect()
}

proptest! {
    #[test]
    fn routing_never_panics(body in any_json(), accounts in prop::collection::btree_set(".{0,4}", 0..3)) {
        let sent = Sent::post(body.to_string());
        for name in recipe_names() {
            let recipe = recipe(&name);
            let routing = sent.route(&recipe).unwrap();
            prop_assert!(!routing.parts.is_empty());
            let portion = recipe.portion(&sent.request(), &accounts);
            prop_assert!(serde_json::from_slice::<Value>(&portion).is_ok());
            let _ = sent.handshake(&recipe, &secrets(&[]), at(NOW));
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        body in prop::collection::vec(any::<u8>(), 0..200),
        query in "[ -~]{0,40}",
        header in "[ -~]{0,80}",
    ) {
        for name in recipe_names() {
            let recipe = recipe(&name);
            let mut sent = Sent::post(body.clone()).to(&format!("https://a.example/h?{query}"));
            for field in ["x-hub-signature-256", "stripe-signature", "webhook-signature",
                "webhook-id", "webhook-timestamp", "x-twilio-signature", "x-slack-signature",
                "x-slack-request-timestamp"] {
                sent = sent.with(field, &header);
            }
            let secrets: BTreeMap<_, _> =
                recipe.secret_names().map(|name| (name.to_owned(), "c2VjcmV0".to_owned())).collect();
            prop_assert!(sent.verify(&recipe, &secrets, at(NOW)).is_err());
            let _ = sent.handshake(&recipe, &secrets, at(NOW));
            let _ = sent.route(&recipe);
            let _ = recipe.portion(&sent.request(), &BTreeSet::new());
        }
    }

    #[test]
    fn what_was_signed_is_accepted_and_no_single_bit_more(
        body in prop::collection::vec(any::<u8>(), 1..120),
        key in "[ -~]{1,40}",
        bit in any::<prop::sample::Index>(),
    ) {
        for provider in SIGNED {
            let recipe = recipe(provider);
            let (sent, secrets) = sign(provider, &body, &key);
            prop_assert_eq!(sent.verify(&recipe, &secrets, at(NOW)), Ok(()));

            let mut changed = sent.clone();
            let bit_of_body = bit.index(body.len() * 8);
            changed.body[bit_of_body / 8] ^= 1 << (bit_of_body % 8);
            prop_assert!(changed.verify(&recipe, &secrets, at(NOW)).is_err());

            for (name, value) in &sent.headers {
                let mut bytes = value.as_bytes().to_vec();
                let bit_of_header = bit.index(bytes.len() * 8);
                bytes[bit_of_header / 8] ^= 1 << (bit_of_header % 8);
                // Bytes that no header can hold never arrive.
                let Ok(altered) = HeaderValue::from_bytes(&bytes) else { continue };
                let mut changed = sent.clone();
                changed.headers.insert(name, altered);
                prop_assert!(changed.verify(&recipe, &secrets, at(NOW)).is_err(), "{provider} {name}");
            }
        }
    }

    #[test]
    fn everybodys_portion_is_everything(body in any_whatsapp()) {
        let recipe = recipe("whatsapp");
        let sent = Sent::post(body.to_string());
        let portion = recipe.portion(&sent.request(), &accounts_of(&sent, &recipe));
        prop_assert_eq!(portion, sent.body);
    }

    #[test]
    fn ones_portion_names_nobody_else(body in any_whatsapp(), one in 0..4u8) {
        let mut entries = body["entry"].as_array().into_iter().flatten();
        prop_assume!(entries.any(|entry| entry["changes"] != json!([])));
        let recipe = recipe("whatsapp");
        let sent = Sent::post(body.to_string());
        let one = BTreeSet::from([format!("n{one}")]);
        let had = accounts_of(&sent, &recipe);
        let mut left = sent.clone();
        left.body = recipe.portion(&sent.request(), &one);
        let left = accounts_of(&left, &recipe);
        prop_assert_eq!(left, had.intersection(&one).cloned().collect());
    }

    #[test]
    fn settings_never_panic_and_never_repeat_a_secret(change in any_json(), token in "[A-Z]{12}") {
        let schema = signalbox_manifest::SettingsSchema::compile(&json!({
            "type": "object",
            "properties": {
                "id": {"type": "integer"},
                "value": {"type": "object", "properties": {"from": {"type": "string"}}},
                "entry": {"type": "string", "x-secret": true, "maxLength": 4},
            },
        }))
        .unwrap();
        let mut change = change;
        if let Some(members) = change.as_object_mut() {
            members.insert("entry".to_owned(), json!(token));
            let errors = schema.create(&change).unwrap_err();
            prop_assert!(errors.iter().any(|error| error.pointer == "/entry"));
            let told = format!("{errors:?}");
            prop_assert!(!told.contains(&token));
        } else {
            prop_assert!(schema.create(&change).is_err());
        }
    }
}
