//! Whatever Shopify sends, parsing ends and loses nothing.

use plugin_sdk::Event;
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::support::{fixtures, hook, parse, with_headers};

/// Names that mean something to the parser, so that arbitrary JSON gets deep into it.
const NAMES: [&str; 14] = [
    "id",
    "customer",
    "customer_id",
    "email",
    "contact_email",
    "phone",
    "first_name",
    "last_name",
    "billing_address",
    "name",
    "updated_at",
    "created_at",
    "orders_to_redact",
    "signalbox",
];
const TEXTS: [&str; 6] =
    ["", "jane@example.com", "+15550100199", "2026-05-28T20:26:40Z", "2026-05-28T20:26:40.é", "820982911946154508"];
const TOPICS: [&str; 6] = ["orders/create", "customers/update", "customers/redact", "carts/update", "Order", ""];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Such as survive any reader: the last bit of others is not ours to keep.
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        proptest::sample::select(&TEXTS[..]).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    let name = prop_oneof![4 => proptest::sample::select(&NAMES[..]).prop_map(str::to_owned), 1 => ".{0,6}"];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..8)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Every leaf of a value as text, in order, but for the names of members.
fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|member| leaves(member, found)),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::String(text) => found.push(text.clone()),
        other => found.push(other.to_string()),
    }
}

fn leaves_of(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    leaves(value, &mut found);
    found
}

/// What was kept of the body: the last event's data without our own member.
fn kept(events: &[Event]) -> Value {
    let Some(Event::Custom(custom)) = events.last() else { panic!("{events:?}") };
    let mut data = custom.data.clone();
    data.as_object_mut().unwrap().remove("signalbox");
    data
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        text in "[\\\\\"u0-9a-fD{}:,.eE+ \\[\\]-]{0,80}",
        topic in ".{0,20}",
        time in "[0-9TZ:.+-]{0,30}",
    ) {
        for body in [bytes, text.into_bytes()] {
            let _ = parse(&with_headers(body, &[("x-shopify-topic", topic.as_str()), ("shopify-triggered-at", time.as_str())]));
        }
    }

    #[test]
    fn every_leaf_is_kept(mut body in any_json(), topic in proptest::sample::select(&TOPICS[..])) {
        if let Some(members) = body.as_object_mut() {
            members.remove("signalbox");
        }
        let events = parse(&hook(topic, body.to_string())).unwrap();
        prop_assert_eq!(leaves_of(&kept(&events)), leaves_of(&body));
        // What the host reads is what was written.
        let written = serde_json::to_string(&events).unwrap();
        let read: Vec<Event> = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(read, events);
    }

    #[test]
    fn integers_of_any_length_keep_their_digits(number in "-?[1-9][0-9]{0,60}", name in "[a-z_]{1,8}") {
        let events = parse(&hook("orders/create", format!("{{\"{name}\":{number}}}"))).unwrap();
        prop_assert_eq!(leaves_of(&kept(&events)), [number]);
    }

    #[test]
    fn a_cut_fixture_ends(fixture in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>()) {
        let all = fixtures();
        let (_, topic, body) = fixture.get(&all);
        let _ = parse(&hook(topic, &body[..cut.index(body.len())]));
    }
}
