//! Creating and viewing tickets.

use plugin_sdk::ErrorKind;
use plugin_sdk::testing::{MockHost, context};
use serde_json::{Value, json};

use crate::support::{PORTAL, asked, invoke, invoke_as, record};

fn ticket() -> Value {
    record(
        "51",
        &json!({"subject": "Kettle does not boil", "content": "Since yesterday.", "hs_ticket_priority": "HIGH", "hs_pipeline": "0",
                "hs_pipeline_stage": "4", "hubspot_owner_id": null}),
    )
}

fn pipelines() -> Value {
    json!({"results": [
        {"id": "0", "label": "Support", "displayOrder": 0, "stages": [
            {"id": "4", "label": "Closed", "displayOrder": 3, "metadata": {"ticketState": "CLOSED"}},
            {"id": "1", "label": "New", "displayOrder": 0, "metadata": {"ticketState": "OPEN"}},
        ]},
    ]})
}

#[test]
fn a_ticket_is_created_for_a_contact() {
    let host = MockHost::new().json(201, &ticket());
    let input = json!({"subject": "Kettle does not boil", "content": "Since yesterday.", "priority": "high", "contact_id": "7"});
    let created = invoke(&host, "create_ticket", &input).unwrap();
    assert_eq!(created["id"], "51");
    assert_eq!(created["url"], format!("https://app.hubspot.com/contacts/{PORTAL}/record/0-5/51"));
    assert_eq!(asked(&host), ["POST crm/objects/2026-09/tickets"]);
    assert_eq!(
        host.sent_json(),
        json!({
            "properties": {"subject": "Kettle does not boil", "content": "Since yesterday.", "hs_ticket_priority": "HIGH",
                           "hs_pipeline": "0", "hs_pipeline_stage": "1"},
            "associations": [{"to": {"id": "7"},
                              "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 16}]}],
        })
    );
}

#[rustfmt::skip] // A table reads in rows.
#[test]
fn a_ticket_goes_where_the_call_or_the_settings_say() {
    let chosen = json!({"portal_id": PORTAL, "ticket_pipeline": "88", "ticket_stage": "880", "owner_id": "31"});
    for (settings, input, place) in [
        (json!({"portal_id": PORTAL}), json!({}), ["0", "1"]),
        (json!({"portal_id": PORTAL, "ticket_pipeline": "", "ticket_stage": ""}), json!({}), ["0", "1"]),
        (json!({"portal_id": PORTAL, "ticket_stage": "2"}), json!({}), ["0", "2"]),
        (chosen.clone(), json!({}), ["88", "880"]),
        (chosen.clone(), json!({"stage": "881"}), ["88", "881"]),
        // The stage of the settings belongs to their pipeline only.
        (chosen.clone(), json!({"pipeline": "0"}), ["0", "1"]),
        (chosen.clone(), json!({"pipeline": "99", "stage": "990"}), ["99", "990"]),
    ] {
        let mut input = input;
        input["subject"] = json!("Kettle");
        let host = MockHost::new().json(201, &ticket());
        invoke_as(&context(&settings), &host, "create_ticket", &input).unwrap();
        let properties = host.sent_json()["properties"].clone();
        assert_eq!(properties["hs_pipeline"], place[0], "{input}");
        assert_eq!(properties["hs_pipeline_stage"], place[1], "{input}");
        assert_eq!(properties.get("hubspot_owner_id"), settings.get("owner_id"));
    }
}

#[test]
fn a_pipeline_without_a_stage_is_refused_before_the_call() {
    let only_pipeline = json!({"portal_id": PORTAL, "ticket_pipeline": "88"});
    for (settings, input, kind) in [
        (only_pipeline, json!({"subject": "x"}), ErrorKind::InvalidConfig),
        (json!({"portal_id": PORTAL}), json!({"subject": "x", "pipeline": "88"}), ErrorKind::InvalidInput),
    ] {
        let error = invoke_as(&context(&settings), &MockHost::new(), "create_ticket", &input).unwrap_err();
        assert_eq!(error.kind, kind);
    }
}

#[test]
fn a_ticket_is_viewed_with_names() {
    let host = MockHost::new().json(200, &ticket()).json(200, &pipelines());
    let viewed = invoke(&host, "get_ticket", &json!({"id": "51"})).unwrap();
    assert_eq!(
        viewed,
        json!({
            "id": "51", "subject": "Kettle does not boil", "content": "Since yesterday.", "priority": "HIGH",
            "pipeline": "0", "pipeline_label": "Support", "stage": "4", "stage_label": "Closed", "closed": true,
            "created_at": "2026-05-28T20:26:40.000Z", "updated_at": "2026-05-28T20:26:40.000Z",
            "url": format!("https://app.hubspot.com/contacts/{PORTAL}/record/0-5/51"),
        })
    );
    assert_eq!(asked(&host)[1], "GET crm/pipelines/2026-09/tickets");
}

#[test]
fn a_ticket_is_viewed_without_names_too() {
    let host = MockHost::new().json(200, &ticket()).json(403, &json!({"category": "MISSING_SCOPES"}));
    let viewed = invoke(&host, "get_ticket", &json!({"id": "51"})).unwrap();
    assert_eq!((viewed["stage"].as_str(), viewed.get("stage_label")), (Some("4"), None));
}

#[test]
fn a_ticket_that_is_not_there_is_not_found() {
    let host = MockHost::new().json(404, &json!({"category": "OBJECT_NOT_FOUND", "message": "Object not found."}));
    let error = invoke(&host, "get_ticket", &json!({"id": "51"})).unwrap_err();
    assert_eq!((error.kind, error.remote_status), (ErrorKind::NotFound, Some(404)));
}
