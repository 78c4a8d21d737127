//! Whatever Meta sends, parsing ends and loses nothing.

use plugin_sdk::testing::{context, webhook};
use plugin_sdk::{Event, Webhooks};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use signalbox_whatsapp::WhatsApp;

use crate::support::{FOLDERS, NUMBER, fixtures, parse};

/// Keys that mean something to the parser, so that arbitrary JSON gets deep into it.
const KEYS: [&str; 24] = [
    "id",
    "from",
    "from_user_id",
    "timestamp",
    "type",
    "text",
    "body",
    "image",
    "audio",
    "reaction",
    "message_id",
    "emoji",
    "edit",
    "original_message_id",
    "message",
    "system",
    "user_id",
    "wa_id",
    "interactive",
    "nfm_reply",
    "response_json",
    "context",
    "errors",
    "code",
];
const TEXTS: [&str; 16] = [
    "",
    "text",
    "image",
    "audio",
    "reaction",
    "edit",
    "revoke",
    "system",
    "interactive",
    "nfm_reply",
    "user_changed_number",
    "US.1",
    "16505551234",
    "5541988887777",
    "1780000000",
    "wamid.1",
];

fn any_json() -> impl Strategy<Value = Value> {
    let text =
        prop_oneof![proptest::sample::select(&TEXTS[..]).prop_map(Value::from), ".{0,12}".prop_map(Value::from),];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text,
    ];
    let key = prop_oneof![
        4 => proptest::sample::select(&KEYS[..]).prop_map(str::to_owned),
        1 => ".{0,6}",
    ];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..8)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// How many items the events stand for: a change of identity comes on top of its message.
fn items(events: &[Event]) -> usize {
    let extra = |event: &&Event| !matches!(event, Event::IdentityChanged(_));
    events.iter().filter(extra).count()
}

/// Every path to a value below `value`.
fn paths(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                paths(value, &format!("{path}/{key}"), found);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                paths(value, &format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\\\\"u0-9a-fD{}:,\\[\\] ]{0,60}") {
        for body in [bytes, text.into_bytes()] {
            let _ = WhatsApp::parse(&context(&json!({})), &webhook(body));
        }
    }

    #[test]
    fn any_json_ends(body in any_json(), value in any_json(), field in "[a-z_]{0,12}") {
        let _ = parse(&json!({}), &body);
        let _ = parse(&json!({}), &json!({"entry": [body]}));
        // A change is never lost, whatever is in it.
        let change = json!({"field": field, "value": value});
        let events = parse(&json!({}), &json!({"entry": [{"changes": [change]}]})).unwrap();
        prop_assert!(!events.is_empty());
    }

    #[test]
    fn what_goes_in_comes_out(
        messages in prop::collection::vec(any_json(), 1..5),
        statuses in prop::collection::vec(any_json(), 0..3),
        errors in prop::collection::vec(any_json(), 0..3),
        contacts in any_json(),
    ) {
        let count = messages.len() + statuses.len() + errors.len();
        let value = json!({"messages": messages, "statuses": statuses, "errors": errors, "contacts": contacts});
        let body = json!({"entry": [{"changes": [{"field": "messages", "value": value}]}]});
        let events = parse(&json!({}), &body).unwrap();
        prop_assert_eq!(items(&events), count);
        // What the host reads is what was written.
        let written = serde_json::to_string(&events).unwrap();
        let read: Vec<Event> = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(read.len(), events.len());
    }

    #[test]
    fn a_damaged_fixture_loses_nothing(fixture in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), damage in any_json()) {
        let all: Vec<Value> = FOLDERS.into_iter().flat_map(fixtures).map(|(_, webhook)| webhook).collect();
        let mut webhook = fixture.get(&all).clone();
        let settings = json!({ "phone_number_id": NUMBER });
        let before = items(&parse(&settings, &webhook).unwrap());

        // Anywhere inside a message, a status or whatever the first change holds.
        let root = "/entry/0/changes/0/value";
        let lists = ["messages", "statuses", "errors", "message_echoes", "user_preferences"];
        let mut places = Vec::new();
        for list in lists {
            for index in 0..3 {
                let item = format!("{root}/{list}/{index}");
                if let Some(value) = webhook.pointer(&item) {
                    paths(value, &item, &mut places);
                }
            }
        }
        prop_assume!(!places.is_empty());
        *webhook.pointer_mut(place.get(&places).as_str()).unwrap() = damage;
        prop_assert_eq!(items(&parse(&settings, &webhook).unwrap()), before);
    }
}
