//! Logging on timelines.

use plugin_sdk::ErrorKind;
use plugin_sdk::testing::{MockHost, context};
use serde_json::{Value, json};

use crate::support::{NOW_MS, PORTAL, asked, invoke, invoke_as, record};

/// What HubSpot is sent for an engagement, and where.
fn sent(input: &Value) -> (String, Value) {
    let host = MockHost::new().json(201, &record("91", &json!({})));
    let logged = invoke(&host, "log_engagement", input).unwrap();
    assert_eq!(logged, json!({"id": "91", "kind": input["kind"]}));
    (asked(&host).remove(0), host.sent_json())
}

fn link(id: &str, type_id: u32) -> Value {
    json!({"to": {"id": id}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]})
}

#[test]
fn a_note_is_written_as_text() {
    let (request, body) =
        sent(&json!({"kind": "note", "body": "1 < 2 & so\non", "contact_id": "7", "ticket_id": "51"}));
    assert_eq!(request, "POST crm/objects/2026-09/notes");
    assert_eq!(
        body,
        json!({
            "properties": {"hs_note_body": "1 &lt; 2 &amp; so<br>on", "hs_timestamp": NOW_MS.to_string()},
            "associations": [link("7", 202), link("51", 228)],
        })
    );
}

#[test]
fn a_call_has_its_time_and_direction() {
    let (request, body) = sent(
        &json!({"kind": "call", "body": "Asked for a refund", "title": "Refund", "direction": "inbound",
                                       "duration_ms": 65_000, "occurred_at_ms": 1_779_999_000_000_i64, "deal_id": "41"}),
    );
    assert_eq!(request, "POST crm/objects/2026-09/calls");
    assert_eq!(
        body,
        json!({
            "properties": {"hs_call_body": "Asked for a refund", "hs_call_title": "Refund", "hs_call_status": "COMPLETED",
                           "hs_call_direction": "INBOUND", "hs_call_duration": "65000", "hs_timestamp": "1779999000000"},
            "associations": [link("41", 206)],
        })
    );
}

#[test]
fn an_email_stays_plain() {
    for (direction, hubspots) in
        [(json!("inbound"), "INCOMING_EMAIL"), (json!("outbound"), "EMAIL"), (Value::Null, "EMAIL")]
    {
        let (request, body) = sent(
            &json!({"kind": "email", "body": "a < b", "title": "Re: kettle", "direction": direction, "contact_id": "7"}),
        );
        assert_eq!(request, "POST crm/objects/2026-09/emails");
        assert_eq!(
            body,
            json!({
                "properties": {"hs_email_text": "a < b", "hs_email_subject": "Re: kettle", "hs_email_status": "SENT",
                               "hs_email_direction": hubspots, "hs_timestamp": NOW_MS.to_string()},
                "associations": [link("7", 198)],
            })
        );
    }
}

#[test]
fn an_engagement_has_an_owner() {
    let ctx = context(&json!({"portal_id": PORTAL, "owner_id": "31"}));
    for (owner, input) in [
        ("31", json!({"kind": "note", "body": "x", "contact_id": "7"})),
        ("32", json!({"kind": "note", "body": "x", "contact_id": "7", "owner_id": "32"})),
    ] {
        let host = MockHost::new().json(201, &record("91", &json!({})));
        invoke_as(&ctx, &host, "log_engagement", &input).unwrap();
        assert_eq!(host.sent_json()["properties"]["hubspot_owner_id"], owner);
    }
}

#[test]
fn what_hubspot_would_refuse_or_hide_is_refused_before_the_call() {
    for input in [
        json!({"kind": "note", "body": "x"}),
        // Longer as HTML than it is as text.
        json!({"kind": "note", "body": "<".repeat(20_000), "contact_id": "7"}),
        json!({"kind": "meeting", "body": "x", "contact_id": "7"}),
        json!({"kind": "note", "contact_id": "7"}),
    ] {
        let error = invoke(&MockHost::new(), "log_engagement", &input).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidInput);
    }
}
