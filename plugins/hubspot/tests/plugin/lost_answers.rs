//! A creation whose answer is lost is not done twice, and not forgotten either.

use plugin_sdk::http::{Failure, FailureKind, Http, Request, Response};
use plugin_sdk::state::{State, Write};
use plugin_sdk::testing::{MockHost, context};
use plugin_sdk::{ErrorKind, PluginError};
use serde_json::{Value, json};

use crate::support::{NOW_MS, PORTAL, asked, body, invoke, invoke_as, later, record, results, settings};

const TICKET: &str = "POST crm/objects/2026-09/tickets";
const SEARCH: &str = "POST crm/objects/2026-09/tickets/search";
const LINKS: &str = "GET crm/objects/2026-09/tickets/51?associations=contacts";

fn input() -> Value {
    json!({"subject": "Kettle", "contact_id": "7"})
}

fn ticket() -> Value {
    record("51", &json!({"subject": "Kettle"}))
}

/// A second attempt of the call, so many milliseconds after the first.
fn again(host: &MockHost, ms: u64) -> Result<Value, PluginError> {
    invoke_as(&later(&settings(), ms), host, "create_ticket", &input())
}

/// The ticket as it is read again, for the contact it was for or another.
fn linked(contact: &str) -> Value {
    let mut ticket = ticket();
    ticket["associations"] = json!({"contacts": {"results": [{"id": contact, "type": "ticket_to_contact"}]}});
    ticket
}

fn lost(error: &PluginError) {
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Timeout, Some("answer_lost")));
}

#[test]
fn what_is_there_is_found_by_the_next_attempt() {
    let html = Response { status: 200, headers: Vec::new(), body: b"<html>".to_vec() };
    for first in [
        MockHost::new().fail(Failure::sent(FailureKind::Timeout, "30 s")),
        MockHost::new().fail(Failure::sent(FailureKind::Interrupted, "reset")),
        MockHost::new().respond(html),
        MockHost::new().json(201, &json!({})),
    ] {
        let host = first.json(200, &results(&[ticket()])).json(200, &linked("7")).json(200, &ticket());
        lost(&invoke(&host, "create_ticket", &input()).unwrap_err());
        assert_eq!(again(&host, 1_000).unwrap()["id"], "51");
        assert_eq!(asked(&host), [TICKET, SEARCH, LINKS]);
        // A third one knows it without searching.
        assert_eq!(again(&host, 2_000).unwrap()["id"], "51");
        assert!(asked(&host)[3].starts_with("GET crm/objects/2026-09/tickets/51?"));
    }
}

#[test]
fn it_is_looked_for_by_what_tells_it_from_others() {
    let mut twin = ticket();
    twin["id"] = "50".into();
    let host = MockHost::new()
        .fail(Failure::sent(FailureKind::Timeout, "30 s"))
        .json(200, &results(&[twin, ticket()]))
        .json(200, &linked("8"))
        .json(200, &linked("7"));
    invoke(&host, "create_ticket", &input()).unwrap_err();
    assert_eq!(again(&host, 1_000).unwrap()["id"], "51");
    let filters = body(&host.requests()[1])["filterGroups"][0]["filters"].clone();
    assert_eq!(
        filters,
        json!([
            {"propertyName": "createdate", "operator": "GTE", "value": (NOW_MS - 60_000).to_string()},
            {"propertyName": "subject", "operator": "EQ", "value": "Kettle"},
            {"propertyName": "hs_pipeline", "operator": "EQ", "value": "0"},
        ])
    );
}

#[test]
fn what_is_not_to_be_seen_yet_is_waited_for_and_then_created() {
    let host = MockHost::new()
        .fail(Failure::sent(FailureKind::Timeout, "30 s"))
        .json(200, &results(&[]))
        .json(200, &results(&[]))
        .json(201, &ticket());
    lost(&invoke(&host, "create_ticket", &input()).unwrap_err());
    let error = again(&host, 20_000).unwrap_err();
    lost(&error);
    assert_eq!(error.retry_after_ms, Some(70_000));
    assert_eq!(again(&host, 90_000).unwrap()["id"], "51");
    assert_eq!(asked(&host), [TICKET, SEARCH, SEARCH, TICKET]);
}

#[test]
fn a_fault_of_hubspots_leaves_it_open() {
    let host = MockHost::new().json(502, &json!(null)).json(200, &results(&[ticket()])).json(200, &linked("7"));
    let error = invoke(&host, "create_ticket", &input()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Transient);
    assert_eq!(again(&host, 1_000).unwrap()["id"], "51");
    assert_eq!(asked(&host), [TICKET, SEARCH, LINKS]);
}

#[rustfmt::skip] // A table reads in rows.
#[test]
fn what_was_certainly_not_created_is_simply_tried_again() {
    for (first, kind) in [
        (MockHost::new().json(429, &json!({"policyName": "TEN_SECONDLY_ROLLING"})), ErrorKind::RateLimited),
        (MockHost::new().json(401, &json!({"category": "EXPIRED_AUTHENTICATION"})), ErrorKind::AuthRequired),
        (MockHost::new().json(403, &json!({"category": "MISSING_SCOPES"})), ErrorKind::PermissionDenied),
        (MockHost::new().json(400, &json!({"category": "VALIDATION_ERROR"})), ErrorKind::InvalidInput),
        (MockHost::new().json(423, &json!({})), ErrorKind::Transient),
        (MockHost::new().fail(Failure::unsent(FailureKind::Connect, "refused")), ErrorKind::Transient),
        (MockHost::new().fail(Failure::unsent(FailureKind::Denied, "policy")), ErrorKind::PermissionDenied),
    ] {
        let host = first.json(201, &ticket());
        assert_eq!(invoke(&host, "create_ticket", &input()).unwrap_err().kind, kind);
        assert_eq!(again(&host, 1_000).unwrap()["id"], "51");
        assert_eq!(asked(&host), [TICKET, TICKET]);
    }
}

#[test]
fn a_contact_with_an_address_is_certain_at_once() {
    let input = json!({"email": "ann@example.com"});
    let contact = |created: &str| {
        let mut contact = record("7", &json!({"email": "ann@example.com"}));
        contact["createdAt"] = created.into();
        contact
    };
    // Created by the lost attempt, or there before it.
    for (created, new) in [("2026-05-28T20:26:41.000Z", true), ("2020-01-01T00:00:00Z", false)] {
        let host = MockHost::new().fail(Failure::sent(FailureKind::Timeout, "30 s")).json(200, &contact(created));
        lost(&invoke(&host, "create_contact", &input).unwrap_err());
        let told = invoke_as(&later(&settings(), 1_000), &host, "create_contact", &input).unwrap();
        assert_eq!((told["created"].as_bool(), told["contact"]["id"].as_str()), (Some(new), Some("7")));
        assert!(asked(&host)[1].starts_with("GET crm/objects/2026-09/contacts/ann%40example.com?idProperty=email"));
    }
    // Not there: no time to wait for.
    let host = MockHost::new()
        .fail(Failure::sent(FailureKind::Timeout, "30 s"))
        .json(404, &json!({}))
        .json(201, &contact("2026-05-28T20:26:42.000Z"));
    invoke(&host, "create_contact", &input).unwrap_err();
    let told = invoke_as(&later(&settings(), 1_000), &host, "create_contact", &input).unwrap();
    assert_eq!(told["created"], true);
}

#[test]
fn a_contact_without_an_address_is_looked_for_by_number_and_name() {
    let input = json!({"phone": "+15550783881", "first_name": "Ann"});
    let host = MockHost::new()
        .fail(Failure::sent(FailureKind::Timeout, "30 s"))
        .json(200, &results(&[record("7", &json!({}))]));
    invoke(&host, "create_contact", &input).unwrap_err();
    invoke_as(&later(&settings(), 1_000), &host, "create_contact", &input).unwrap();
    let filters = body(&host.requests()[1])["filterGroups"][0]["filters"].clone();
    let properties: Vec<&str> =
        filters.as_array().unwrap().iter().map(|f| f["propertyName"].as_str().unwrap()).collect();
    assert_eq!(properties, ["createdate", "phone", "firstname"]);
}

#[test]
fn a_note_is_looked_for_at_the_time_of_its_first_attempt() {
    let input = json!({"kind": "note", "body": "x", "contact_id": "7"});
    let mut note = record("91", &json!({}));
    note["associations"] = json!({"contacts": {"results": [{"id": "7", "type": "note_to_contact"}]}});
    let host = MockHost::new()
        .fail(Failure::sent(FailureKind::Timeout, "30 s"))
        .json(200, &results(&[record("91", &json!({}))]))
        .json(200, &note);
    invoke(&host, "log_engagement", &input).unwrap_err();
    let told = invoke_as(&later(&settings(), 5_000), &host, "log_engagement", &input).unwrap();
    assert_eq!(told["id"], "91");
    let filters = body(&host.requests()[1])["filterGroups"][0]["filters"].clone();
    assert_eq!(filters[1], json!({"propertyName": "hs_timestamp", "operator": "EQ", "value": NOW_MS.to_string()}));
}

#[test]
fn another_call_is_another_creation() {
    let host = MockHost::new().json(201, &ticket()).json(201, &ticket());
    invoke(&host, "create_ticket", &input()).unwrap();
    let call = plugin_sdk::actions::Call {
        name: "create_ticket".to_owned(),
        input: input(),
        idempotency_key: "rule-1:event-2:action-1".to_owned(),
    };
    <signalbox_hubspot::HubSpot as plugin_sdk::Actions>::invoke(&context(&settings()), &host, &call).unwrap();
    assert_eq!(asked(&host), [TICKET, TICKET]);
}

/// A host on which another attempt of the same call begins while this one is about to send.
struct Raced(MockHost);

impl Http for Raced {
    fn send(&self, request: Request) -> Result<Response, Failure> {
        self.0.send(request)
    }
}

impl State for Raced {
    fn get(&self, key: &str) -> Result<Option<plugin_sdk::state::Entry>, plugin_sdk::state::StateFailure> {
        let found = self.0.get(key);
        self.0.put(key, b"{\"sent\":{\"at_ms\":1}}", Write::default())?;
        found
    }

    fn put(&self, key: &str, value: &[u8], write: Write) -> Result<u64, plugin_sdk::state::StateFailure> {
        self.0.put(key, value, write)
    }

    fn delete(&self, key: &str) -> Result<(), plugin_sdk::state::StateFailure> {
        self.0.delete(key)
    }
}

impl plugin_sdk::host::Crypto for Raced {
    fn hmac(&self, hash: plugin_sdk::host::Hash, secret: &str, data: &[u8]) -> Result<Vec<u8>, String> {
        self.0.hmac(hash, secret, data)
    }

    fn random(&self, length: u32) -> Vec<u8> {
        self.0.random(length)
    }
}

impl plugin_sdk::host::Clock for Raced {
    fn now_ms(&self) -> u64 {
        self.0.now_ms()
    }
}

#[test]
fn of_two_attempts_side_by_side_one_sends_nothing() {
    let host = Raced(MockHost::new());
    let call = plugin_sdk::actions::Call {
        name: "create_ticket".to_owned(),
        input: input(),
        idempotency_key: "rule-1:event-1:action-1".to_owned(),
    };
    let ctx = context(&json!({ "portal_id": PORTAL }));
    let error = <signalbox_hubspot::HubSpot as plugin_sdk::Actions>::invoke(&ctx, &host, &call).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Transient);
    assert!(host.0.requests().is_empty());
}
