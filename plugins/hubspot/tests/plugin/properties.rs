//! Whatever HubSpot sends, parsing ends and loses nothing.

use plugin_sdk::testing::{context, webhook};
use plugin_sdk::{Event, Webhooks};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use signalbox_hubspot::HubSpot;

use crate::support::{PORTAL, fixtures, parse, settings};

/// Keys and texts that mean something to the parser, so that arbitrary JSON gets deep into it.
const KEYS: [&str; 16] = [
    "subscriptionType",
    "objectTypeId",
    "objectId",
    "eventId",
    "occurredAt",
    "propertyName",
    "propertyValue",
    "isSensitive",
    "fromObjectId",
    "toObjectId",
    "fromObjectTypeId",
    "primaryObjectId",
    "mergedObjectIds",
    "newObjectId",
    "changeSource",
    "attemptNumber",
];
const TEXTS: [&str; 12] = [
    "",
    ".",
    "contact.creation",
    "contact.propertyChange",
    "contact.merge",
    "contact.restore",
    "object.creation",
    "object.merge",
    "object.propertyChange",
    "0-1",
    "phone",
    "REDACTED",
];

fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![proptest::sample::select(&TEXTS[..]).prop_map(Value::from), ".{0,12}".prop_map(Value::from)];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text,
    ];
    let key = prop_oneof![
        6 => proptest::sample::select(&KEYS[..]).prop_map(str::to_owned),
        1 => ".{0,6}",
    ];
    leaf.prop_recursive(3, 32, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..12)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// How many elements the events stand for: identities come on top of their merge.
fn elements(events: &[Event]) -> usize {
    events.iter().filter(|event| !matches!(event, Event::IdentityChanged(_))).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\\\\"u0-9a-fD{}:,\\[\\] ]{0,60}") {
        for body in [bytes, text.into_bytes()] {
            let _ = HubSpot::parse(&context(&settings()), &webhook(body));
        }
    }

    #[test]
    fn what_goes_in_comes_out(bodies in prop::collection::vec(any_json(), 0..6)) {
        let count = bodies.len();
        let events = parse(PORTAL, &json!(bodies)).unwrap();
        prop_assert_eq!(elements(&events), count);
        // What the host reads is what was written.
        let written = serde_json::to_string(&events).unwrap();
        let read: Vec<Event> = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(read.len(), events.len());
    }

    #[test]
    fn a_damaged_fixture_loses_nothing(
        fixture in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        member in any::<prop::sample::Index>(),
        damage in any_json(),
    ) {
        let all = fixtures();
        let mut body = fixture.get(&all).1.clone();
        for element in body.as_array_mut().unwrap() {
            if element.is_object() {
                element["portalId"] = json!(62515);
            }
        }
        let list = body.as_array_mut().unwrap();
        let before = list.len();
        let element = place.index(before);
        if let Some(members) = list[element].as_object_mut() {
            let names: Vec<String> = members.keys().filter(|name| *name != "portalId").cloned().collect();
            if !names.is_empty() {
                members.insert(member.get(&names).clone(), damage);
            }
        } else {
            list[element] = json!({"portalId": 62515, "raw": damage});
        }
        prop_assert_eq!(elements(&parse(PORTAL, &body).unwrap()), before);
    }
}
