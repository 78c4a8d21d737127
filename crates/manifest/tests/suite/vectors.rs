//! Every provider's documented signatures, accepted by its recipe alone.

use serde_json::Value;
use signalbox_manifest::Denied;

use crate::support::{Sent, at, fixture, form, recipe, recipe_json, recipe_names, secrets, vectors};

#[test]
fn every_recipe_fits_the_published_schema_and_survives_writing() {
    let schema = signalbox_manifest::schema();
    let mut of_recipe = schema["$defs"]["Recipe"].clone();
    of_recipe["$defs"] = schema["$defs"].clone();
    let validator = jsonschema::validator_for(&of_recipe).unwrap();
    let names = recipe_names();
    assert_eq!(
        names,
        ["hubspot", "shopify", "slack", "standard_webhooks", "stripe", "telegram", "twilio", "whatsapp",]
    );
    for name in names {
        let errors: Vec<_> = validator.iter_errors(&recipe_json(&name)).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
        let written = serde_json::to_value(recipe(&name)).unwrap();
        assert_eq!(serde_json::from_value::<signalbox_manifest::Recipe>(written).unwrap(), recipe(&name));
    }
}

#[test]
fn only_telegram_leaves_the_body_unsigned() {
    for name in recipe_names() {
        assert_eq!(recipe(&name).signs_body(), name != "telegram", "{name}");
    }
    let open: signalbox_manifest::Recipe = serde_json::from_str("{}").unwrap();
    assert!(!open.signs_body());
    assert_eq!(Sent::post("x").verify(&open, &secrets(&[]), at(0)), Ok(()));
}

#[test]
fn meta() {
    let vector = vectors("meta");
    let sent = Sent::post(text(&vector, "body")).with("X-Hub-Signature-256", text(&vector, "signature"));
    let secrets = secrets(&[("app_secret", text(&vector, "secret"))]);
    assert_eq!(sent.verify(&recipe("whatsapp"), &secrets, at(0)), Ok(()));
}

#[test]
fn shopify_in_both_header_families_and_with_a_rotated_secret() {
    let vector = vectors("shopify");
    let recipe = recipe("shopify");
    for header in ["X-Shopify-Hmac-Sha256", "shopify-hmac-sha256"] {
        let sent = Sent::post(text(&vector, "body")).with(header, text(&vector, "signature"));
        let current = secrets(&[("client_secret", text(&vector, "secret"))]);
        assert_eq!(sent.verify(&recipe, &current, at(0)), Ok(()));
        let rotated = secrets(&[("client_secret", "the new one"), ("previous_client_secret", text(&vector, "secret"))]);
        assert_eq!(sent.verify(&recipe, &rotated, at(0)), Ok(()));
        let after = secrets(&[("client_secret", "the new one")]);
        assert_eq!(sent.verify(&recipe, &after, at(0)), Err(Denied::Mismatch));
    }
}

#[test]
fn hubspot_v3_with_partly_decoded_urls() {
    let vectors = vectors("hubspot");
    let recipe = recipe("hubspot");
    for vector in vectors["vectors"].as_array().unwrap() {
        let body = match vector["body_file"].as_str() {
            Some(file) => fixture(file),
            None => text(vector, "body").into(),
        };
        let timestamp = text(vector, "timestamp");
        let sent = Sent::post(body)
            .to(text(vector, "url"))
            .with("X-HubSpot-Signature-v3", text(vector, "signature"))
            .with("X-HubSpot-Request-Timestamp", timestamp);
        let secrets = secrets(&[("client_secret", text(vector, "client_secret"))]);
        let now = at(timestamp.parse::<i64>().unwrap() / 1000);
        assert_eq!(sent.verify(&recipe, &secrets, now), Ok(()), "{timestamp}");
    }
}

#[test]
fn twilio_forms() {
    let recipe = recipe("twilio");
    for vector in vectors("twilio")["form"].as_array().unwrap() {
        let mut pairs = Vec::new();
        for (name, value) in vector["params"].as_object().unwrap() {
            match value {
                Value::Array(values) => {
                    let values = values.iter().map(|value| value.as_str().unwrap());
                    pairs.extend(values.map(|value| (name.clone(), value.to_owned())));
                }
                value => pairs.push((name.clone(), value.as_str().unwrap().to_owned())),
            }
        }
        let sent = Sent::post(form(&pairs))
            .to(text(vector, "url"))
            .with("content-type", "application/x-www-form-urlencoded")
            .with("X-Twilio-Signature", text(vector, "signature"));
        let secrets = secrets(&[("auth_token", text(vector, "auth_token"))]);
        let expected = vector["expected"].as_bool().unwrap();
        let verified = sent.verify(&recipe, &secrets, at(0));
        assert_eq!(verified.is_ok(), expected, "{}: {verified:?}", vector["name"]);
    }
}

#[test]
fn twilio_json_by_the_hash_in_the_url() {
    let recipe = recipe("twilio");
    for vector in vectors("twilio")["json"].as_array().unwrap() {
        let sent = Sent::post(text(vector, "body"))
            .to(text(vector, "url"))
            .with("content-type", "application/json")
            .with("X-Twilio-Signature", text(vector, "signature"));
        let secrets = secrets(&[("auth_token", text(vector, "auth_token"))]);
        assert_eq!(sent.verify(&recipe, &secrets, at(0)), Ok(()));
        let mut changed = sent.clone();
        changed.body.push(b' ');
        assert!(changed.verify(&recipe, &secrets, at(0)).is_err());
        // The hash proves nothing unless it was in the URL that was signed.
        let unsigned = sent.to("https://mycompany.com/myapp.php?foo=1&bar=2");
        assert!(unsigned.verify(&recipe, &secrets, at(0)).is_err());
    }
}

#[test]
fn telegram() {
    let vector = vectors("telegram");
    let sent = Sent::post(text(&vector, "body")).with("X-Telegram-Bot-Api-Secret-Token", text(&vector, "secret_token"));
    let secrets = secrets(&[("secret_token", text(&vector, "secret_token"))]);
    assert_eq!(sent.verify(&recipe("telegram"), &secrets, at(0)), Ok(()));
}

#[test]
fn slack() {
    let vector = vectors("slack");
    let timestamp = text(&vector, "timestamp");
    let sent = Sent::post(text(&vector, "body"))
        .with("X-Slack-Request-Timestamp", timestamp)
        .with("X-Slack-Signature", text(&vector, "signature"));
    let secrets = secrets(&[("signing_secret", text(&vector, "secret"))]);
    let now = at(timestamp.parse().unwrap());
    assert_eq!(sent.verify(&recipe("slack"), &secrets, now), Ok(()));
}

#[test]
fn stripe_among_several_schemes_and_signatures() {
    let vector = vectors("stripe");
    let recipe = recipe("stripe");
    let (v0, v1) = (text(&vector, "v0"), text(&vector, "v1"));
    let signed = vector["timestamp"].as_i64().unwrap();
    let secrets = secrets(&[("endpoint_secret", text(&vector, "secret"))]);
    let try_header = |header: String| {
        Sent::post(text(&vector, "body")).with("Stripe-Signature", header).verify(&recipe, &secrets, at(signed))
    };
    assert_eq!(try_header(format!("t={signed},v1={v1},v0={v0}")), Ok(()));
    assert_eq!(try_header(format!("t={signed},v1={},v1={v1}", "0".repeat(64))), Ok(()));
    // A right signature under another scheme's name is none.
    assert_eq!(try_header(format!("t={signed},v0={v1}")), Err(Denied::Mismatch));
    let malformed = Err(Denied::HeaderMalformed { header: "stripe-signature".into() });
    assert_eq!(try_header(format!("v1={v1}")), malformed);
    assert_eq!(try_header(format!("t={signed},t={signed},v1={v1}")), malformed);
}

#[test]
fn standard_webhooks_among_other_versions_and_with_unpadded_keys() {
    let vector = vectors("standard_webhooks");
    let recipe = recipe("standard_webhooks");
    let signed = vector["timestamp"].as_i64().unwrap();
    let sent = |signatures: &str| {
        Sent::post(text(&vector, "payload"))
            .with("webhook-id", text(&vector, "msg_id"))
            .with("webhook-timestamp", signed.to_string())
            .with("webhook-signature", signatures)
    };
    let (v1, v1a) = (text(&vector, "v1"), text(&vector, "v1a"));
    let key = text(&vector, "secret");
    let bare = key.strip_prefix("whsec_").unwrap();
    for key in [key, bare] {
        let secrets = secrets(&[("signing_secret", key)]);
        for signatures in [v1.to_owned(), format!("{v1a} {v1}"), format!("v1,AAAA {v1}")] {
            assert_eq!(sent(&signatures).verify(&recipe, &secrets, at(signed)), Ok(()));
        }
        assert_eq!(sent(v1a).verify(&recipe, &secrets, at(signed)), Err(Denied::Mismatch));
    }
    for key in vector["unpadded_secrets"].as_array().unwrap() {
        // Readable keys that did not sign this message: a mismatch, not a malformed secret.
        let secrets = secrets(&[("signing_secret", key.as_str().unwrap())]);
        assert_eq!(sent(v1).verify(&recipe, &secrets, at(signed)), Err(Denied::Mismatch));
    }
    for key in ["whsec_", "whsec_???"] {
        let secrets = secrets(&[("signing_secret", key)]);
        let name = "signing_secret".to_owned();
        assert_eq!(sent(v1).verify(&recipe, &secrets, at(signed)), Err(Denied::SecretMalformed { name }));
    }
}

fn text<'v>(vector: &'v Value, name: &str) -> &'v str {
    vector[name].as_str().unwrap()
}
