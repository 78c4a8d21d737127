//! Every fixture, parsed: what came out is a snapshot to read.

use insta::assert_json_snapshot;
use plugin_sdk::Event;
use plugin_sdk::content::{Content, InteractiveReplyKind};
use plugin_sdk::event::{StatusError, StatusState};
use plugin_sdk::{FailureReason, Sender, SenderId};
use serde_json::json;

use crate::support::{FOLDERS, NOW_MS, NUMBER, fixture, fixtures, parse};

#[test]
fn every_fixture_has_its_events() {
    let mut seen = 0;
    for folder in FOLDERS {
        for (name, webhook) in fixtures(folder) {
            let events = parse(&json!({ "phone_number_id": NUMBER }), &webhook).unwrap();
            assert!(!events.is_empty(), "{name}");
            insta::with_settings!({ snapshot_suffix => name, prepend_module_to_snapshot => false }, {
                assert_json_snapshot!(folder, events);
            });
            seen += 1;
        }
    }
    assert!(seen > 60, "the fixtures are there");
}

/// The events of a fixture of our own.
fn events(name: &str) -> Vec<Event> {
    parse(&json!({ "phone_number_id": NUMBER }), &fixture("inbound", name)).unwrap()
}

/// The only event of a fixture of our own, a message.
fn message(name: &str) -> plugin_sdk::event::Message {
    let mut events = events(name);
    assert_eq!(events.len(), 1, "{name}");
    match events.remove(0) {
        Event::Message(message) => message,
        other => panic!("{name}: {other:?}"),
    }
}

fn ids(sender: &Sender) -> Vec<(&str, &str)> {
    sender.ids.iter().map(|SenderId { kind, value, .. }| (kind.as_str(), value.as_str())).collect()
}

#[test]
fn a_user_id_is_enough_to_know_someone() {
    let message = message("username_without_number");
    assert_eq!(
        ids(&message.sender),
        [("bsuid", "US.13491208655302741918"), ("parent_bsuid", "US.ENT.11815799212886844830")]
    );
    assert_eq!(message.sender.phone, None);
    assert_eq!(message.sender.username.as_deref(), Some("sample.customer"));
}

#[test]
fn both_forms_of_a_number_are_one_person() {
    for name in ["brazilian_number_without_ninth_digit", "brazilian_number_both_forms"] {
        let sender = message(name).sender;
        assert_eq!(ids(&sender), [("phone", "+5541988887777"), ("phone", "+554188887777")]);
        assert_eq!(sender.phone.as_deref(), Some("+5541988887777"));
    }
}

#[test]
fn a_changed_number_links_the_old_ids_with_the_new() {
    let events = events("system_changed_number_with_user_ids");
    let [Event::IdentityChanged(change), Event::Message(message)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(ids(&change.previous), [("bsuid", "US.13491208655302741918"), ("phone", "+16505551234")]);
    assert_eq!(ids(&change.current), [("bsuid", "US.13491208655302741999"), ("phone", "+12195555358")]);
    assert_eq!(message.sender, change.current);
    assert!(matches!(&message.content, Content::System { kind, .. } if kind == "user_changed_number"));
}

#[rustfmt::skip] // A table reads in rows.
#[test]
fn flow_answers_are_json_of_any_kind() {
    for (name, expected) in [
        ("flow_reply", json!({"flow_token": "ft-1", "size": "M", "colours": ["red", "blue"]})),
        ("flow_reply_not_an_object", json!([1, 2])),
        ("flow_reply_not_json", json!("{cut off")),
    ] {
        let Content::InteractiveReply { kind, data, .. } = message(name).content else {
            panic!("{name}");
        };
        assert_eq!(kind, InteractiveReplyKind::Flow);
        assert_eq!(data, Some(expected), "{name}");
    }
}

#[test]
fn a_removed_reaction_has_no_emoji() {
    for name in ["reaction_removed", "reaction_removed_empty_emoji"] {
        assert!(
            matches!(&events(name)[..], [Event::Reaction(reaction)] if reaction.emoji.is_none() && reaction.target == "wamid.OUT0001")
        );
    }
}

#[test]
fn a_failed_status_says_why_and_of_what() {
    let events = events("status_failed_window_closed");
    let [Event::Status(status)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(status.state, StatusState::Failed);
    assert_eq!(status.reference.as_deref(), Some("0197c1de-0000-7000-8000-000000000001"));
    assert!(matches!(
        &status.error,
        Some(StatusError { code, reason: FailureReason::WindowClosed, detail: Some(_), .. }) if code == "131047"
    ));
}

#[test]
fn one_broken_part_does_not_cost_the_others() {
    let events = events("broken_parts");
    let texts: Vec<&str> = events
        .iter()
        .filter_map(|event| match event {
            Event::Message(message) => message.content.text(),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["first", "last"]);
    let unsupported = events.iter().filter(
        |event| matches!(event, Event::Message(message) if matches!(message.content, Content::Unsupported { .. })),
    );
    assert_eq!(unsupported.count(), 5);
    let malformed: Vec<&str> = events
        .iter()
        .filter_map(|event| match event {
            Event::Custom(custom) => custom.name.strip_prefix("whatsapp.malformed_"),
            _ => None,
        })
        .collect();
    assert_eq!(malformed, ["entry", "entry", "change", "message", "message", "status", "message", "message"]);
    assert!(events.iter().any(|event| matches!(event, Event::Status(status) if status.external_id == "wamid.B8")));
}

#[rustfmt::skip] // A table reads in rows.
#[test]
fn a_connection_gets_what_is_its_own() {
    let webhook = fixture("inbound", "batch_of_two_numbers");
    for (settings, expected) in [
        (json!({"phone_number_id": NUMBER, "waba_id": "102290129340398"}), vec!["wamid.M1", "wamid.M2", "wamid.OUT0001"]),
        (json!({"phone_number_id": "206540352242999", "waba_id": "202290129340399"}), vec!["wamid.M3", "whatsapp.account_update"]),
        (json!({"phone_number_id": "206540352242999"}), vec!["wamid.M3", "whatsapp.account_update"]),
        (json!({}), vec!["wamid.M1", "wamid.M2", "wamid.OUT0001", "wamid.M3", "whatsapp.account_update"]),
    ] {
        let events = parse(&settings, &webhook).unwrap();
        let names: Vec<String> = events
            .into_iter()
            .map(|event| match event {
                Event::Message(message) => message.external_id,
                Event::Status(status) => status.external_id,
                Event::Custom(custom) => custom.name,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(names, expected, "{settings}");
    }
}

#[test]
fn a_time_that_is_missing_is_the_time_of_the_call() {
    let mut webhook = fixture("inbound", "group_message");
    webhook["entry"][0]["changes"][0]["value"]["messages"][0]["timestamp"] = json!(null);
    let events = parse(&json!({}), &webhook).unwrap();
    assert!(matches!(&events[..], [Event::Message(message)] if message.occurred_at_ms == NOW_MS));
}

#[test]
fn what_is_no_webhook_of_whatsapp_is_an_error() {
    for body in [json!({"object": "page", "entry": []}), json!({}), json!([]), json!({"entry": {}})] {
        assert!(parse(&json!({}), &body).is_err(), "{body}");
    }
}
