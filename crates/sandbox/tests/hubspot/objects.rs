//! Contacts, deals, tickets and notes, in both spellings of the API.

use crate::world::{JOSE, MAREN, World, ZOE};
use serde_json::{Value, json};

#[tokio::test]
async fn an_object_is_read_with_the_properties_that_are_asked_for() {
    let world = World::start().await;
    for path in ["/crm/v3/objects/contacts", "/crm/objects/2026-03/contacts", "/crm/objects/2026-09/0-1"] {
        let contact = world.get(&format!("{path}/{ZOE}?properties=phone,email&properties=lifecyclestage")).await;
        assert_eq!((contact.status, &contact.json["id"]), (200, &json!(ZOE)), "{path}");
        let properties = &contact.json["properties"];
        assert_eq!((&properties["phone"], &properties["email"]), (&Value::Null, &json!("zoe@example.com")));
        assert_eq!(properties["hs_object_id"], ZOE);
        assert_eq!(properties.get("firstname"), None, "{path}");
    }
    let by_email =
        world.get("/crm/v3/objects/contacts/MAREN@example.com?idProperty=email&associations=tickets,deals").await;
    assert_eq!(by_email.json["properties"]["lastname"], "Groß");
    assert_eq!(by_email.json["associations"]["tickets"]["results"][0]["type"], "contact_to_ticket");
    assert_eq!(world.get("/crm/v3/objects/contacts/1").await.error(), (404, "OBJECT_NOT_FOUND"));
    assert_eq!(world.get("/crm/v3/objects/lamps/1").await.error(), (400, "VALIDATION_ERROR"));
    assert_eq!(world.get("/crm/objects/2024-01/contacts/1").await.status, 404);
    assert_eq!(world.get("/crm/v3/lamps").await.error(), (404, "OBJECT_NOT_FOUND"));
}

#[tokio::test]
async fn a_contact_is_created_found_changed_and_archived() {
    let world = World::start().await;
    let ada = json!({ "properties": { "email": "ada@example.com", "firstname": "Ada", "phone": "+15555550199" } });
    let created = world.post("/crm/v3/objects/contacts", ada.clone()).await;
    assert_eq!((created.status, &created.json["properties"]["firstname"]), (201, &json!("Ada")));
    let id = created.json["id"].as_str().unwrap();
    assert!(id.parse::<u64>().unwrap() > 1 << 53);
    let search = json!({
        "filterGroups": [{ "filters": [{ "propertyName": "phone", "operator": "EQ", "value": "+15555550199" }] }],
        "properties": ["firstname"],
    });
    let found = world.post("/crm/objects/2026-03/contacts/search", search).await;
    assert_eq!((&found.json["total"], &found.json["results"][0]["id"]), (&json!(1), &json!(id)));

    let path = format!("/crm/v3/objects/contacts/{id}");
    let changed = world.patch(&path, json!({ "properties": { "firstname": "Augusta", "phone": "" } })).await;
    assert_eq!((changed.status, &changed.json["properties"]["phone"]), (200, &Value::Null));
    assert_eq!(world.delete(&path).await.status, 204);
    assert_eq!(world.get(&path).await.status, 404);
    assert_eq!(world.post("/crm/v3/objects/contacts", ada).await.status, 201, "the address is free again");
}

#[tokio::test]
async fn two_contacts_cannot_have_one_address() {
    let world = World::start().await;
    let taken = json!({ "properties": { "email": "Maren@Example.com" } });
    let refused = world.post("/crm/v3/objects/contacts", taken.clone()).await;
    assert_eq!(refused.error(), (409, "CONFLICT"));
    assert_eq!(refused.message(), format!("Contact already exists. Existing ID: {MAREN}"));
    assert_eq!(world.patch(&format!("/crm/v3/objects/contacts/{JOSE}"), taken.clone()).await.status, 409);
    assert_eq!(world.patch(&format!("/crm/v3/objects/contacts/{MAREN}"), taken).await.status, 200);
}

#[tokio::test]
async fn a_ticket_and_a_note_are_created_with_their_associations() {
    let world = World::start().await;
    let ticket = json!({
        "properties": { "subject": "Lamp flickers", "hs_pipeline": "0", "hs_pipeline_stage": "1" },
        "associations": [{ "to": { "id": JOSE }, "types": [{ "associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 16 }] }],
    });
    let ticket = world.post("/crm/v3/objects/tickets", ticket).await;
    assert_eq!(ticket.status, 201, "{}", ticket.json);
    let note = json!({
        "properties": { "hs_note_body": "Called back", "hs_timestamp": "2026-11-26T10:00:00Z" },
        "associations": [{ "to": { "id": JOSE.parse::<u64>().unwrap() }, "types": [{ "associationTypeId": 202 }] }],
    });
    assert_eq!(world.post("/crm/objects/2026-03/notes", note).await.status, 201);
    let contact = world.get(&format!("/crm/v3/objects/contacts/{JOSE}?associations=tickets,notes")).await.json;
    assert_eq!(contact["associations"]["tickets"]["results"][0]["id"], ticket.json["id"]);
    assert_eq!(contact["associations"]["notes"]["results"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_nothing_is_made() {
    let world = World::start().await;
    let with = |types: Value, to: Value| {
        json!({
            "properties": { "hs_timestamp": "2026-11-26T10:00:00Z" },
            "associations": [{ "to": { "id": to }, "types": types }],
        })
    };
    for (path, body) in [
        ("contacts", json!({ "properties": { "nickname": "A" } })),
        ("contacts", json!({ "properties": { "phone": "+1" } })),
        ("contacts", json!({ "props": {} })),
        ("contacts", json!([])),
        ("tickets", json!({ "properties": { "subject": "No stage" } })),
        ("deals", json!({ "properties": { "amount": "1" } })),
        ("notes", json!({ "properties": { "hs_note_body": "No time" } })),
        ("notes", with(json!([{ "associationTypeId": 9999 }]), json!(JOSE))),
        ("notes", with(json!([{ "associationTypeId": 202 }]), json!("1"))),
        ("notes", with(json!([{ "associationTypeId": 202, "associationCategory": "USER_DEFINED" }]), json!(JOSE))),
    ] {
        let refused = world.post(&format!("/crm/v3/objects/{path}"), body.clone()).await;
        assert_eq!(refused.error(), (400, "VALIDATION_ERROR"), "{path} {body}");
    }
    let notes = world.get("/crm/v3/objects/notes").await.json;
    assert_eq!(notes["results"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn lists_have_pages_and_batches_say_what_is_missing() {
    let world = World::start().await;
    let first = world.get("/crm/v3/objects/contacts?limit=2").await.json;
    assert_eq!(first["results"].as_array().unwrap().len(), 2);
    let after = first["paging"]["next"]["after"].as_str().unwrap();
    let second = world.get(&format!("/crm/v3/objects/contacts?limit=2&after={after}")).await.json;
    assert_eq!((&second["results"][0]["id"], second.get("paging")), (&json!(ZOE), None));
    assert_eq!(world.get("/crm/v3/objects/contacts?limit=101").await.status, 400);

    let read = async |ids: Value| {
        let body = json!({ "inputs": ids, "properties": ["email"] });
        world.post("/crm/v3/objects/contacts/batch/read", body).await
    };
    let both = read(json!([{ "id": MAREN }, { "id": ZOE }])).await;
    assert_eq!((both.status, both.json["results"].as_array().unwrap().len()), (200, 2));
    let one = read(json!([{ "id": MAREN }, { "id": "1" }])).await;
    assert_eq!((one.status, &one.json["errors"][0]["context"]["ids"]), (207, &json!(["1"])));
}

#[tokio::test]
async fn scopes_are_needed() {
    let world = World::with(|account, _| account.scopes = vec!["crm.objects.contacts.read".to_owned()]).await;
    assert_eq!(world.get("/crm/v3/objects/contacts").await.status, 200);
    for refused in [
        world.post("/crm/v3/objects/contacts", json!({ "properties": { "email": "a@example.com" } })).await,
        world.get("/crm/v3/objects/deals").await,
        world.get("/crm/v3/objects/tickets").await,
    ] {
        assert_eq!(refused.error(), (403, "MISSING_SCOPES"));
    }
}

#[tokio::test]
async fn calls_and_emails_are_logged_on_a_timeline() {
    let world = World::start().await;
    for (kind, type_id, properties) in [
        (
            "calls",
            194,
            json!({ "hs_call_direction": "INBOUND", "hs_call_status": "COMPLETED", "hs_call_duration": "61000" }),
        ),
        (
            "emails",
            198,
            json!({ "hs_email_direction": "EMAIL", "hs_email_subject": "Your lamp", "hs_email_status": "SENT" }),
        ),
    ] {
        let path = format!("/crm/objects/2026-09/{kind}");
        let mut log = json!({
            "properties": properties,
            "associations": [{ "to": { "id": JOSE }, "types": [{ "associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id }] }],
        });
        assert_eq!(world.post(&path, log.clone()).await.error(), (400, "VALIDATION_ERROR"), "without a time");
        log["properties"]["hs_timestamp"] = json!("1795000000000");
        let logged = world.post(&path, log).await;
        assert_eq!(logged.status, 201, "{}", logged.json);
        let contact = world.get(&format!("/crm/objects/2026-09/contacts/{JOSE}?associations={kind}")).await.json;
        assert_eq!(contact["associations"][kind]["results"][0]["id"], logged.json["id"]);
    }
    let shouting = json!({ "properties": { "hs_timestamp": "1", "hs_email_direction": "SHOUTED" } });
    assert_eq!(world.post("/crm/v3/objects/emails", shouting).await.error(), (400, "VALIDATION_ERROR"));
}

#[tokio::test]
async fn what_hubspot_works_out_can_be_read_and_searched_but_not_set() {
    let world = World::start().await;
    let path = format!("/crm/v3/objects/contacts/{JOSE}");
    world.patch(&path, json!({ "properties": { "mobilephone": "+1 (555) 555-0177" } })).await;
    let read =
        world.get(&format!("{path}?properties=hs_calculated_phone_number,hs_calculated_mobile_number")).await.json;
    assert_eq!(read["properties"]["hs_calculated_phone_number"], "+15555550102");
    assert_eq!(read["properties"]["hs_calculated_mobile_number"], "+15555550177");
    let filter = json!({ "propertyName": "hs_calculated_mobile_number", "operator": "EQ", "value": "+15555550177" });
    let search = json!({ "filterGroups": [{ "filters": [filter] }] });
    assert_eq!(world.post("/crm/v3/objects/contacts/search", search).await.json["results"][0]["id"], JOSE);
    let set = json!({ "properties": { "hs_calculated_phone_number": "+1" } });
    assert_eq!(world.patch(&path, set).await.error(), (400, "VALIDATION_ERROR"));

    let deals = json!({ "inputs": [{ "id": "31500010001" }, { "id": "31500010002" }], "properties": ["hs_is_closed"] });
    let deals = world.post("/crm/v3/objects/deals/batch/read", deals).await.json["results"].clone();
    let closed = |at: usize| deals[at]["properties"]["hs_is_closed"].clone();
    assert_eq!((closed(0), closed(1)), (json!("false"), json!("true")));
    let ticket = "/crm/v3/objects/tickets/41500010001?properties=closed_date";
    assert_eq!(world.get(ticket).await.json["properties"]["closed_date"], Value::Null);
    let close = json!({ "properties": { "hs_pipeline_stage": "4" } });
    world.patch("/crm/v3/objects/tickets/41500010001", close).await;
    assert!(world.get(ticket).await.json["properties"]["closed_date"].is_string());
}

#[tokio::test]
async fn pipelines_and_owners_have_names() {
    let world = World::start().await;
    for path in ["/crm/v3/pipelines", "/crm/pipelines/2026-09"] {
        let tickets = world.get(&format!("{path}/tickets")).await.json["results"][0].clone();
        let stages = tickets["stages"].as_array().unwrap();
        let stage = |at: usize| (&stages[at]["label"], &stages[at]["metadata"]["ticketState"]);
        assert_eq!(stages.len(), 4);
        assert_eq!((stage(0), stage(3)), ((&json!("New"), &json!("OPEN")), (&json!("Closed"), &json!("CLOSED"))));
        let deals = world.get(&format!("{path}/deals/default")).await.json;
        assert_eq!(
            (&deals["label"], &deals["stages"][5]["metadata"]["isClosed"]),
            (&json!("Sales Pipeline"), &json!("true"))
        );
        assert_eq!(world.get(&format!("{path}/deals/other")).await.status, 404);
        assert_eq!(world.get(&format!("{path}/contacts")).await.error(), (400, "VALIDATION_ERROR"));
    }
    let first = world.get("/crm/owners/2026-09?limit=2").await.json;
    let after = first["paging"]["next"]["after"].as_str().unwrap();
    let second = world.get(&format!("/crm/owners/2026-09?limit=2&after={after}")).await.json;
    assert_eq!((first["results"].as_array().unwrap().len(), &second["results"][0]["firstName"]), (2, &json!("Ada")));
    assert_eq!(second.get("paging"), None);
    let by_email = world.get("/crm/v3/owners/?email=ben@example.com").await.json;
    assert_eq!(by_email["results"][0]["id"], "76023670");
    let world = World::with(|account, _| account.scopes = vec!["tickets".to_owned()]).await;
    assert_eq!(world.get("/crm/v3/owners").await.error(), (403, "MISSING_SCOPES"));
    assert_eq!(world.get("/crm/v3/pipelines/deals").await.error(), (403, "MISSING_SCOPES"));
    assert_eq!(world.get("/crm/v3/pipelines/tickets").await.status, 200);
}
