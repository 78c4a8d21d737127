//! Whose a request is, what stays in order, and which requests are the same.

use serde_json::{Value, json};
use signalbox_manifest::{Part, Recipe, Unroutable};

use crate::support::{Sent, fixture, form, recipe, vectors};

fn part(account: Option<&str>, thread: Option<&str>) -> Part {
    Part { account: account.map(str::to_owned), thread: thread.map(str::to_owned) }
}

fn whatsapp(body: &Value) -> Vec<Part> {
    let sent = Sent::post(body.to_string());
    sent.route(&recipe("whatsapp")).unwrap().parts
}

fn change(number: &str, value: Value) -> Value {
    let mut value = value;
    value["metadata"] = json!({"display_phone_number": "15550783881", "phone_number_id": number});
    json!({"field": "messages", "value": value})
}

#[test]
fn whatsapp_routes_every_change_of_every_entry() {
    let body = json!({"object": "whatsapp_business_account", "entry": [
        {"id": "waba1", "changes": [
            change("n1", json!({"messages": [{"from": "491511", "from_user_id": "DE.1", "id": "a"}]})),
            change("n2", json!({"messages": [{"from": "491512", "id": "b"}]})),
            change("n1", json!({"messages": [{"from_user_id": "DE.1", "id": "c"}]})),
        ]},
        {"id": "waba2", "changes": [
            {"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}},
            change("n3", json!({"statuses": [{"id": "d", "recipient_id": "491513"}]})),
        ]},
    ]});
    assert_eq!(
        whatsapp(&body),
        [
            part(Some("n1"), Some("DE.1")),
            part(Some("n2"), Some("491512")),
            part(Some("waba2"), None),
            part(Some("n3"), Some("491513")),
        ]
    );
}

#[test]
fn whatsapp_threads_prefer_the_business_scoped_id_wherever_it_stands() {
    for (value, thread) in [
        (json!({"contacts": [{"user_id": "US.9"}], "messages": [{"id": "a"}]}), "US.9"),
        (json!({"contacts": [{"wa_id": "15550001"}], "messages": [{"id": "a"}]}), "15550001"),
        (json!({"contacts": [{"user_id": "US.9"}], "messages": [{"from": "15550001"}]}), "15550001"),
        (json!({"statuses": [{"recipient_user_id": "US.9", "recipient_id": "1"}]}), "US.9"),
        (json!({"messages": [{"from": ""}, {"from": "15550002"}]}), "15550002"),
    ] {
        let body = json!({"entry": [{"id": "w", "changes": [change("n1", value)]}]});
        assert_eq!(whatsapp(&body), [part(Some("n1"), Some(thread))]);
    }
}

#[test]
fn a_body_without_elements_still_has_a_part() {
    for body in [json!({}), json!({"entry": []}), json!([1]), json!(null), json!({"entry": {}})] {
        assert_eq!(whatsapp(&body), [part(None, None)], "{body}");
    }
}

#[test]
fn hubspot_routes_each_event_and_ignores_the_attempt_when_deduping() {
    let recipe = recipe("hubspot");
    let body = fixture("hubspot_contact_creation_docs.json");
    let first = Sent::post(body.clone()).route(&recipe).unwrap();
    assert_eq!(first.parts, [part(Some("48807704"), Some("138017612137"))]);
    let again = String::from_utf8(body).unwrap();
    let again = again.replace(r#""attemptNumber":0"#, r#""attemptNumber":3"#);
    let again = Sent::post(again).route(&recipe).unwrap();
    assert_eq!(again.dedupe_key, first.dedupe_key);
    let other = fixture("hubspot_contact_creation_sdk.json");
    assert_ne!(Sent::post(other).route(&recipe).unwrap().dedupe_key, first.dedupe_key);
}

#[test]
fn shopify_routes_by_either_header_family() {
    let recipe = recipe("shopify");
    let body = r#"{"id":820982911946154508,"customer":{"id":115310627314723954}}"#;
    for prefix in ["x-shopify-", "shopify-"] {
        let routing = Sent::post(body)
            .with(&format!("{prefix}shop-domain"), "blue-kettle.myshopify.com")
            .with(&format!("{prefix}webhook-id"), "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043")
            .route(&recipe)
            .unwrap();
        assert_eq!(routing.parts, [part(Some("blue-kettle.myshopify.com"), Some("115310627314723954"))]);
        assert!(routing.dedupe_key.ends_with(":b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"));
    }
}

#[test]
fn twilio_routes_forms() {
    let recipe = recipe("twilio");
    let sent = |status: Option<&str>| {
        let mut pairs = vec![
            ("MessageSid".to_owned(), "SM1".to_owned()),
            ("AccountSid".to_owned(), "AC1".to_owned()),
            ("From".to_owned(), "whatsapp:+4915112345678".to_owned()),
        ];
        pairs.extend(status.map(|status| ("MessageStatus".to_owned(), status.to_owned())));
        let content_type = "Application/X-WWW-Form-Urlencoded; charset=UTF-8";
        let sent = Sent::post(form(&pairs)).with("content-type", content_type);
        sent.route(&recipe).unwrap()
    };
    assert_eq!(sent(None).parts, [part(Some("AC1"), Some("whatsapp:+4915112345678"))]);
    assert_eq!(sent(None).dedupe_key, "1:SM1");
    assert_ne!(sent(Some("sent")).dedupe_key, sent(Some("delivered")).dedupe_key);
}

#[test]
fn telegram_slack_stripe_and_standard_webhooks_route_by_their_own_ids() {
    let body = |provider: &str, member: &str| vectors(provider)[member].as_str().unwrap().to_owned();
    let routing = Sent::post(body("telegram", "body")).route(&recipe("telegram")).unwrap();
    assert_eq!(routing.dedupe_key, "0:870000001");
    assert_eq!(routing.parts, [part(None, Some("-1001234567890"))]);

    let event = json!({"team_id": "T1", "event_id": "Ev1", "event": {"channel": "C1"}});
    let routing = Sent::post(event.to_string()).route(&recipe("slack")).unwrap();
    assert_eq!(routing.dedupe_key, "0:Ev1");
    assert_eq!(routing.parts, [part(Some("T1"), Some("C1"))]);
    let command = Sent::post(body("slack", "body")).with("content-type", "application/x-www-form-urlencoded");
    let routing = command.route(&recipe("slack")).unwrap();
    assert_eq!(routing.parts, [part(Some("T1DC2JH3J"), Some("G8PSS9T3V"))]);

    let routing = Sent::post(body("stripe", "body")).route(&recipe("stripe")).unwrap();
    assert_eq!(routing.dedupe_key, "0:evt_1PgafyB7WZ01zgkWBt2Zq0Cz");
    assert_eq!(routing.parts, [part(Some("acct_1032D82eZvKYlo2C"), Some("cus_9"))]);

    let sent = Sent::post("{}").with("webhook-id", "msg_1");
    let routing = sent.route(&recipe("standard_webhooks")).unwrap();
    assert_eq!(routing.dedupe_key, "0:msg_1");
}

#[test]
fn without_an_id_the_body_is_the_key() {
    let recipe = recipe("stripe");
    let key = |body: &str| Sent::post(body).route(&recipe).unwrap().dedupe_key;
    assert_eq!(key(r#"{"a":1}"#), key(r#"{"a":1}"#));
    assert_ne!(key(r#"{"a":1}"#), key(r#"{"a": 1}"#));
    assert!(key("{}").starts_with("body#"));
    // A repeated header could be read either way, so it is not relied on.
    let repeated = Sent::post("{}").with("webhook-id", "a").with("webhook-id", "b");
    let routing = repeated.route(&crate::support::recipe("standard_webhooks")).unwrap();
    assert!(routing.dedupe_key.starts_with("body#"));
}

#[test]
fn keys_are_short_printable_and_distinct() {
    let recipe: Recipe = serde_json::from_value(json!({
        "dedupe": [[{"pointer": "/a"}, {"pointer": "/b"}], [{"pointer": "/id"}]],
        "accounts": [{"pointer": "/id"}],
    }))
    .unwrap();
    let route = |body: Value| Sent::post(body.to_string()).route(&recipe).unwrap();
    for id in ["x".repeat(10_000), "a\0b".to_owned(), "line\nbreak".to_owned()] {
        let routing = route(json!({ "id": id }));
        let account = routing.parts[0].account.clone().unwrap();
        for key in [routing.dedupe_key, account] {
            assert!(key.len() <= 140 && !key.chars().any(char::is_control), "{key:?}");
        }
    }
    // The same characters, divided otherwise, are another key.
    assert_ne!(route(json!({"a": "x", "b": "yz"})).dedupe_key, route(json!({"a": "xy", "b": "z"})).dedupe_key);
}

#[test]
fn what_cannot_be_routed_says_where_without_quoting_it() {
    let recipe = recipe("whatsapp");
    let unroutable = Sent::post("{\"a\":\n secret}").route(&recipe).unwrap_err();
    assert_eq!(unroutable, Unroutable::NotJson { line: 2, column: 2 });
    assert!(!unroutable.to_string().contains("secret"));
    for body in [&b""[..], b"\xff\xfe", b"{} {}", &[b'['; 3000]] {
        assert!(matches!(Sent::post(body).route(&recipe), Err(Unroutable::NotJson { .. })));
    }
    let changes: Vec<_> = (0..2001).map(|n| change(&n.to_string(), json!({}))).collect();
    let many = json!({"entry": [{"changes": changes}]});
    assert_eq!(Sent::post(many.to_string()).route(&recipe), Err(Unroutable::TooManyParts { limit: 2000 }));
}
