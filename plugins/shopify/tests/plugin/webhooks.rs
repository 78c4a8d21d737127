//! Every fixture, parsed: what came out is a snapshot to read.

use insta::assert_json_snapshot;
use plugin_sdk::testing::NOW_MS;
use plugin_sdk::{ErrorKind, Event, event};
use serde_json::{Value, json};

use crate::support::{fixture, fixtures, hook, parse, with_headers};

#[test]
fn every_fixture_has_its_events() {
    let mut seen = 0;
    for (name, topic, body) in fixtures() {
        let events = parse(&hook(&topic, body)).unwrap();
        insta::with_settings!({ snapshot_suffix => name, prepend_module_to_snapshot => false }, {
            assert_json_snapshot!("parsed", events);
        });
        seen += 1;
    }
    assert!(seen >= 20, "the fixtures are there");
}

/// The last event of a webhook, which keeps what Shopify sent.
fn kept(events: &[Event]) -> &event::Custom {
    match events.last() {
        Some(Event::Custom(custom)) => custom,
        other => panic!("{other:?}"),
    }
}

#[test]
fn ids_beyond_what_javascript_keeps_have_all_their_digits() {
    let events = parse(&hook("refunds/create", fixture("refunds/create@big_ids.json"))).unwrap();
    let refund = kept(&events);
    assert_eq!(refund.name, "shopify.order_refunded");
    assert_eq!(refund.data["id"], "890088186047892319");
    assert_eq!(refund.data["order_id"], "820982911946154508");

    let body = r#"{"id":18446744073709551616,"line_items":[{"id":340282366920938463463374607431768211456}]}"#;
    let events = parse(&hook("orders/create", body)).unwrap();
    assert_eq!(kept(&events).data["id"], "18446744073709551616");
    assert_eq!(kept(&events).data["line_items"][0]["id"], "340282366920938463463374607431768211456");
}

#[test]
fn money_and_escapes_stay_what_they_are() {
    let events = parse(&hook("orders/create", fixture("orders/create.json"))).unwrap();
    let order = &kept(&events).data;
    assert_eq!(order["total_price"], "59.90");
    assert_eq!(order["note"], "Leave at the door & ring twice");
    assert_eq!(order["admin_graphql_api_id"], "gid://shopify/Order/5872915423465");
    assert_eq!(order["order_number"], 1001);
    assert_eq!(order["line_items"][0]["tax_lines"][0]["rate"], 0.19);
}

#[test]
fn both_families_of_headers_say_the_same() {
    let body = fixture("orders/create.json");
    let old = parse(&hook("orders/create", body.clone())).unwrap();
    let new = parse(&with_headers(
        body,
        &[
            ("shopify-topic", "orders/create"),
            ("shopify-shop-domain", "blue-kettle.myshopify.com"),
            ("shopify-webhook-id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"),
            ("shopify-event-id", "98880550-7158-44d4-b7cd-2c97c8a091b5"),
            ("shopify-triggered-at", "2026-05-28T20:26:39.004Z"),
            // What Events send along for readers of webhooks does not count.
            ("x-shopify-topic", "products/update"),
            ("x-shopify-webhook-id", "other"),
        ],
    ))
    .unwrap();
    assert_eq!(old, new);
    assert_eq!(kept(&new).external_id.as_deref(), Some("b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"));
}

#[test]
fn events_of_the_new_kind_have_names_of_their_own() {
    let body = json!({"topic": "Order", "action": "update", "handle": "orders", "data": {"order": {"id": 12_345_678_901_234_567_u64}}});
    let headers = [("shopify-topic", "Order"), ("shopify-action", "update"), ("shopify-event-id", "e-1")];
    let events = parse(&with_headers(body.to_string(), &headers)).unwrap();
    assert_eq!(kept(&events).name, "shopify.event_order_update");
    assert_eq!(kept(&events).data["data"]["order"]["id"], "12345678901234567");
    assert_eq!(kept(&events).data["signalbox"], json!({"topic": "Order", "event_id": "e-1"}));
}

#[test]
fn a_time_is_the_trigger_then_the_update_then_now() {
    let time = |triggered: Option<&str>, body: Value| {
        let mut headers = vec![("x-shopify-topic", "orders/updated")];
        headers.extend(triggered.map(|time| ("x-shopify-triggered-at", time)));
        let events = parse(&with_headers(body.to_string(), &headers)).unwrap();
        kept(&events).occurred_at_ms
    };
    let body = json!({"updated_at": "2026-05-28T20:26:39Z", "created_at": "2026-05-28T20:26:38Z"});
    assert_eq!(time(Some("2026-05-28T20:26:39.5Z"), body.clone()), 1_779_999_999_500);
    assert_eq!(time(Some("yesterday"), body.clone()), 1_779_999_999_000);
    assert_eq!(time(None, body), 1_779_999_999_000);
    assert_eq!(time(None, json!({"created_at": "2026-05-28T16:26:38-04:00"})), 1_779_999_998_000);
    assert_eq!(time(None, json!({})), i64::try_from(NOW_MS).unwrap());
}

#[test]
fn a_customer_is_known_by_every_id() {
    let events = parse(&hook("customers/update", fixture("customers/update.json"))).unwrap();
    let [Event::Contact(change), Event::Custom(custom)] = events.as_slice() else { panic!("{events:?}") };
    let ids: Vec<(&str, &str)> = change.sender.ids.iter().map(|id| (id.kind.as_str(), id.value.as_str())).collect();
    assert_eq!(
        ids,
        [("shopify_customer", "706405506930370084"), ("email", "bob.roe@example.com"), ("phone", "+15550100177")]
    );
    assert_eq!(change.sender.name.as_deref(), Some("Bob Roe"));
    assert_eq!(change.changes["tags"], "loyal, wholesale");
    // Consent to marketing is no answer to whether a person wants to be written to here.
    assert_eq!(change.changes.get("opted_out"), None);
    assert_eq!(custom.name, "shopify.customer_updated");
}

#[test]
fn a_guest_is_known_by_what_they_gave() {
    let events = parse(&hook("orders/create", fixture("orders/create@guest.json"))).unwrap();
    assert_eq!(
        json!(kept(&events).sender),
        json!({"ids": [{"kind": "phone", "value": "+15550100123"}], "name": "Alex Roe", "phone": "+15550100123"})
    );
}

#[test]
fn neither_the_merchant_nor_who_is_to_be_forgotten_is_named() {
    for (topic, path) in [
        ("app/uninstalled", "app/uninstalled.json"),
        ("shop/redact", "shop/redact.json"),
        ("customers/redact", "customers/redact.json"),
        ("customers/delete", "customers/delete.json"),
    ] {
        let events = parse(&hook(topic, fixture(path))).unwrap();
        assert_eq!(kept(&events).sender, None, "{topic}");
    }
}

#[test]
fn an_unfinished_checkout_has_what_a_rule_needs_to_bring_it_back() {
    let events = parse(&hook("checkouts/update", fixture("checkouts/update.json"))).unwrap();
    let checkout = kept(&events);
    assert_eq!(checkout.name, "shopify.checkout_updated");
    assert_eq!(checkout.data["completed_at"], Value::Null);
    assert!(checkout.data["abandoned_checkout_url"].as_str().unwrap().starts_with("https://blue-kettle.example.com/"));
    assert_eq!(checkout.sender.as_ref().unwrap().id("shopify_customer"), Some("207119551"));
}

#[test]
fn nothing_is_lost_for_want_of_a_header_or_an_object() {
    let events = parse(&with_headers("[1]", &[])).unwrap();
    assert_eq!(kept(&events).name, "shopify.unknown_topic");
    assert_eq!(kept(&events).data["body"], json!([1]));
    assert_eq!(kept(&events).external_id, None);
}

#[test]
fn what_is_no_json_is_refused() {
    for body in ["", "{", "id=1", "{\"id\":1}{"] {
        assert_eq!(parse(&hook("orders/create", body)).unwrap_err().kind, ErrorKind::InvalidInput, "{body}");
    }
}
