//! Every fixture, parsed: what came out is a snapshot to read.

use insta::assert_json_snapshot;
use plugin_sdk::testing::{context, webhook};
use plugin_sdk::{ErrorKind, Event, Webhooks};
use serde_json::{Value, json};
use signalbox_hubspot::HubSpot;

use crate::support::{NOW_MS, PORTAL, fixture, fixtures, parse};

fn portal_of(body: &Value) -> String {
    body[0]["portalId"].to_string()
}

#[test]
fn every_fixture_has_its_events() {
    let mut seen = 0;
    for (name, body) in fixtures() {
        let events = parse(&portal_of(&body), &body).unwrap();
        assert!(!events.is_empty(), "{name}");
        insta::with_settings!({ snapshot_suffix => name, prepend_module_to_snapshot => false }, {
            assert_json_snapshot!("webhook", events);
        });
        seen += 1;
    }
    assert!(seen >= 8, "the fixtures are there");
}

/// What an event says, without the shape it came in.
fn meaning(event: Event) -> Value {
    let mut event = serde_json::to_value(event).unwrap();
    let members = event.as_object_mut().unwrap();
    // The keys differ, for the subscription types in them do, and custom data is the element itself.
    members.remove("external_id");
    if let Some(changes) = members.get_mut("changes").and_then(Value::as_object_mut) {
        changes.remove("event_key");
    }
    members.remove("data");
    event
}

#[test]
fn both_shapes_mean_the_same() {
    let named = fixture("every_type_named");
    let general = fixture("every_type_general");
    let mut compared = 0;
    for element in general.as_array().unwrap() {
        let twin = named.as_array().unwrap().iter().find(|twin| twin["eventId"] == element["eventId"]);
        let Some(twin) = twin else { continue };
        let meanings = |element: &Value| -> Vec<Value> {
            parse(PORTAL, &json!([element])).unwrap().into_iter().map(meaning).collect()
        };
        assert_eq!(meanings(element), meanings(twin));
        compared += 1;
    }
    assert_eq!(compared, 10);
}

/// The only event of an element.
fn only(element: &Value) -> Event {
    let mut events = parse(PORTAL, &json!([element])).unwrap();
    assert_eq!(events.len(), 1);
    events.remove(0)
}

#[test]
fn an_event_is_known_by_all_its_values_and_not_by_its_attempt() {
    let element = |event_id: u32, attempt: u32, portal: Value| {
        json!({"eventId": event_id, "portalId": portal, "occurredAt": NOW_MS, "subscriptionType": "deal.creation",
               "attemptNumber": attempt, "objectId": 41})
    };
    let key = |element: Value| match only(&element) {
        Event::Custom(custom) => custom.external_id.unwrap(),
        other => panic!("{other:?}"),
    };
    let first = key(element(1, 0, json!(62515)));
    assert_eq!(first, "62515/deal.creation/41/1/1780000000000");
    assert_eq!(key(element(1, 3, json!("62515"))), first);
    assert_ne!(key(element(2, 0, json!(62515))), first);

    // Two properties that were changed at once are two events.
    let mut changed = element(1, 0, json!(62515));
    changed["propertyName"] = json!("amount");
    assert_eq!(key(changed), format!("{first}/amount"));
}

#[test]
fn only_the_connections_own_account_is_heard() {
    let body = fixture("two_accounts");
    let contacts = |portal: &str| -> Vec<String> {
        let events = parse(portal, &body).unwrap();
        events
            .into_iter()
            .map(|event| match event {
                Event::Contact(change) => change.changes["contact_id"].as_str().unwrap().to_owned(),
                other => panic!("{other:?}"),
            })
            .collect()
    };
    assert_eq!(contacts(PORTAL), ["1", "3"]);
    assert_eq!(contacts("77"), ["2", "2"]);
    assert!(contacts("78").is_empty());
}

#[test]
fn a_sensitive_value_is_named_and_not_told() {
    let body = fixture("contact_propertyChange_sensitive");
    let events = parse(&portal_of(&body), &body).unwrap();
    let [Event::Contact(change)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(change.changes["redacted"], json!(["passport_number"]));
    assert_eq!(change.changes["properties"], json!({}));
}

#[test]
fn a_deleted_contact_is_not_brought_back() {
    for kind in ["contact.deletion", "contact.privacyDeletion", "object.deletion"] {
        let element = json!({"portalId": 62515, "subscriptionType": kind, "objectTypeId": "0-1", "objectId": 7});
        assert!(matches!(only(&element), Event::Custom(_)), "{kind}");
    }
}

#[test]
fn a_time_that_is_missing_is_the_time_of_the_call() {
    let element = json!({"portalId": 62515, "subscriptionType": "ticket.creation", "objectId": 7});
    assert!(matches!(only(&element), Event::Custom(custom) if custom.occurred_at_ms == NOW_MS));
}

#[test]
fn what_is_no_webhook_of_hubspot_is_an_error() {
    for body in ["", "{", "{}", "\"x\"", "null"] {
        let error = HubSpot::parse(&context(&json!({ "portal_id": PORTAL })), &webhook(body)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidInput, "{body}");
    }
    assert!(parse(PORTAL, &json!([])).unwrap().is_empty());
    let error = HubSpot::parse(&context(&json!({})), &webhook("[]")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidConfig);
}
