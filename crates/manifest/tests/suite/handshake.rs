//! Who is told that an address is ours, and who is not.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;
use signalbox_manifest::{Recipe, Reply};

use crate::support::{Sent, at, recipe, secrets};

fn plain(status: u16, body: &str) -> Reply {
    Reply { status, content_type: Some("text/plain; charset=utf-8".into()), body: body.into() }
}

#[test]
fn meta_gets_its_challenge_back_word_for_word() {
    let recipe = recipe("whatsapp");
    let secrets = secrets(&[("verify_token", "blue kettle+1")]);
    let shake = |query: &str| {
        Sent::get(&format!("https://signalbox.example/hooks/k1?{query}")).handshake(&recipe, &secrets, at(0))
    };
    let token = "hub.verify_token=blue+kettle%2B1";
    assert_eq!(shake(&format!("hub.mode=subscribe&hub.challenge=1158201444&{token}")), Some(plain(200, "1158201444")));
    for wrong in ["hub.verify_token=blue", "hub.verify_token=", "x=1", &format!("{token}&{token}")] {
        assert_eq!(shake(&format!("hub.mode=subscribe&hub.challenge=1&{wrong}")), Some(plain(403, "")), "{wrong}");
    }
    assert_eq!(shake(&format!("hub.mode=subscribe&{token}")), Some(plain(400, "")));
    let long = "1".repeat(1025);
    assert_eq!(shake(&format!("hub.mode=subscribe&hub.challenge={long}&{token}")), Some(plain(400, "")));
    assert_eq!(shake(&format!("hub.mode=unsubscribe&hub.challenge=1&{token}")), None);
    assert_eq!(shake(""), None);
}

#[test]
fn an_unset_or_empty_verify_token_lets_nobody_in() {
    let sent = Sent::get("https://signalbox.example/hooks/k1?hub.mode=subscribe&hub.challenge=1&hub.verify_token=");
    for secrets in [secrets(&[]), secrets(&[("verify_token", "")])] {
        let reply = sent.handshake(&recipe("whatsapp"), &secrets, at(0));
        assert_eq!(reply, Some(plain(403, "")));
    }
}

#[test]
fn a_meta_event_is_no_handshake() {
    let sent = Sent::post("{}").to("https://signalbox.example/hooks/k1?hub.mode=subscribe");
    assert_eq!(sent.handshake(&recipe("whatsapp"), &secrets(&[]), at(0)), None);
}

#[test]
fn slack_gets_its_challenge_only_when_it_signed_the_request() {
    let recipe = recipe("slack");
    let secrets = secrets(&[("signing_secret", "s")]);
    let sign = |body: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"s").unwrap();
        mac.update(format!("v0:1700000000:{body}").as_bytes());
        Sent::post(body)
            .with("content-type", "application/json")
            .with("x-slack-request-timestamp", "1700000000")
            .with("x-slack-signature", format!("v0={}", hex::encode(mac.finalize().into_bytes())))
    };
    let challenge = json!({"type": "url_verification", "token": "t", "challenge": "a\"b"});
    let reply = sign(&challenge.to_string()).handshake(&recipe, &secrets, at(1_700_000_000));
    let reply = reply.unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(reply.content_type.as_deref(), Some("application/json"));
    assert_eq!(reply.body, br#"{"challenge":"a\"b"}"#);

    let unsigned = Sent::post(challenge.to_string());
    assert_eq!(unsigned.handshake(&recipe, &secrets, at(1_700_000_000)), None);
    let event = sign(&json!({"type": "event_callback"}).to_string());
    assert_eq!(event.handshake(&recipe, &secrets, at(1_700_000_000)), None);
    assert_eq!(sign("not json").handshake(&recipe, &secrets, at(1_700_000_000)), None);
}

#[test]
fn generic_handshakes_are_data_too() {
    // A validation token echoed from the query of a POST, and a fixed answer to a probe.
    let recipe: Recipe = serde_json::from_value(json!({"handshake": [
        {"method": "POST", "when": [{"place": {"query": "validationToken"}}],
         "answer": {"echo": {"query": "validationToken"}}},
        {"method": "HEAD", "when": [{"place": {"header": "x-probe"}, "equals": "1"}],
         "answer": {"text": "ready"}},
    ]}))
    .unwrap();
    recipe.check().unwrap();
    let sent = Sent::post("").to("https://signalbox.example/hooks/k1?validationToken=a%20b");
    let reply = sent.handshake(&recipe, &secrets(&[]), at(0));
    assert_eq!(reply, Some(plain(200, "a b")));
    let mut probe = Sent::post("").with("x-probe", "1");
    probe.method = "HEAD";
    let reply = probe.handshake(&recipe, &secrets(&[]), at(0));
    assert_eq!(reply, Some(plain(200, "ready")));
}
