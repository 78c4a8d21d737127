//! Finding, creating and changing contacts.

use plugin_sdk::ErrorKind;
use plugin_sdk::testing::{MockHost, context};
use serde_json::{Value, json};

use crate::support::{PORTAL, asked, body, invoke, invoke_as, record, results};

const READ: &str =
    "properties=email,phone,mobilephone,firstname,lastname,company,lifecyclestage,hubspot_owner_id,lastmodifieddate";

fn ann() -> Value {
    record(
        "7",
        &json!({"email": "ann@example.com", "firstname": "Ann", "lastname": "Lee", "phone": null, "mobilephone": "+15550783881",
                "lifecyclestage": "lead", "hubspot_owner_id": "31", "lastmodifieddate": "2026-05-28T20:26:40.000Z"}),
    )
}

fn ann_told() -> Value {
    json!({"id": "7", "email": "ann@example.com", "first_name": "Ann", "last_name": "Lee", "phone": "+15550783881",
           "lifecycle_stage": "lead", "owner_id": "31",
           "url": format!("https://app.hubspot.com/contacts/{PORTAL}/record/0-1/7")})
}

#[test]
fn a_contact_is_found_by_what_is_certain() {
    for (input, request) in [
        (json!({"id": "7"}), format!("GET crm/objects/2026-09/contacts/7?{READ}")),
        (
            json!({"email": "ann+1@example.com"}),
            format!("GET crm/objects/2026-09/contacts/ann%2B1%40example.com?idProperty=email&{READ}"),
        ),
    ] {
        let host = MockHost::new().json(200, &ann());
        assert_eq!(invoke(&host, "find_contact", &input).unwrap(), json!({"matches": 1, "contact": ann_told()}));
        assert_eq!(asked(&host), [request]);

        let host = MockHost::new().json(404, &json!({"category": "OBJECT_NOT_FOUND"}));
        assert_eq!(invoke(&host, "find_contact", &input).unwrap(), json!({"matches": 0}));
    }
}

/// The properties a search asks about, all for the same value.
fn searched(host: &MockHost, at: usize) -> Vec<String> {
    let groups = body(&host.requests()[at])["filterGroups"].clone();
    let filter = |group: &Value| {
        assert_eq!(group["filters"][0]["value"], "+15550783881");
        group["filters"][0]["propertyName"].as_str().unwrap().to_owned()
    };
    groups.as_array().unwrap().iter().map(filter).collect()
}

#[test]
fn a_contact_is_found_by_any_of_its_numbers_however_they_are_written() {
    let input = json!({"phone": "+15550783881"});
    let host = MockHost::new().json(200, &json!({"total": 2, "results": [ann()]}));
    assert_eq!(invoke(&host, "find_contact", &input).unwrap(), json!({"matches": 2, "contact": ann_told()}));
    assert_eq!(asked(&host), ["POST crm/objects/2026-09/contacts/search"]);
    assert_eq!(searched(&host, 0), ["phone", "mobilephone", "hs_whatsapp_phone_number"]);

    let host = MockHost::new().json(200, &results(&[])).json(200, &results(&[ann()]));
    assert_eq!(invoke(&host, "find_contact", &input).unwrap(), json!({"matches": 1, "contact": ann_told()}));
    assert_eq!(searched(&host, 1), ["hs_calculated_phone_number", "hs_calculated_mobile_number"]);

    let unknown = json!({"category": "VALIDATION_ERROR", "message": "There was a problem with the request."});
    for (status, answer) in [(200, results(&[])), (400, unknown)] {
        let host = MockHost::new().json(200, &results(&[])).json(status, &answer);
        assert_eq!(invoke(&host, "find_contact", &input).unwrap(), json!({"matches": 0}));
    }
}

#[test]
fn a_contact_is_created_with_hubspots_names_and_the_owner_of_the_settings() {
    let host = MockHost::new().json(201, &ann());
    let input = json!({"email": "ann@example.com", "first_name": "Ann", "properties": {"favourite_tea": "Assam"}});
    let ctx = context(&json!({"portal_id": PORTAL, "owner_id": "31"}));
    let created = invoke_as(&ctx, &host, "create_contact", &input).unwrap();
    assert_eq!(created, json!({"created": true, "contact": ann_told()}));
    assert_eq!(asked(&host), ["POST crm/objects/2026-09/contacts"]);
    assert_eq!(
        host.sent_json(),
        json!({
            "properties": {"email": "ann@example.com", "firstname": "Ann", "favourite_tea": "Assam", "hubspot_owner_id": "31"},
            "associations": [],
        })
    );
}

#[test]
fn a_contact_that_is_there_already_is_returned_as_it_is() {
    let conflict =
        json!({"status": "error", "message": "Contact already exists. Existing ID: 7", "category": "CONFLICT"});
    let host = MockHost::new().json(409, &conflict).json(200, &ann());
    let input = json!({"email": "ann@example.com", "last_name": "Other"});
    let created = invoke(&host, "create_contact", &input).unwrap();
    assert_eq!(created, json!({"created": false, "contact": ann_told()}));
    assert_eq!(asked(&host)[1], format!("GET crm/objects/2026-09/contacts/7?{READ}"));
}

#[test]
fn a_conflict_without_the_other_contact_is_the_callers() {
    let host = MockHost::new().json(409, &json!({"category": "CONFLICT"}));
    let error = invoke(&host, "create_contact", &json!({"email": "ann@example.com"})).unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::InvalidInput, Some("conflict")));
}

#[test]
fn a_contact_is_changed_by_id_or_by_address() {
    for (input, request) in [
        (json!({"id": "7", "set": {"phone": "+15550783881"}}), "PATCH crm/objects/2026-09/contacts/7"),
        (
            json!({"email": "ann@example.com", "set": {"properties": {"phone": "+15550783881"}}}),
            "PATCH crm/objects/2026-09/contacts/ann%40example.com?idProperty=email",
        ),
    ] {
        let host = MockHost::new().json(200, &ann());
        assert_eq!(invoke(&host, "update_contact", &input).unwrap(), ann_told());
        assert_eq!(asked(&host), [request]);
        assert_eq!(host.sent_json(), json!({"properties": {"phone": "+15550783881"}}));
    }
}

#[test]
fn an_address_that_another_contact_has_is_the_callers() {
    let host = MockHost::new().json(409, &json!({"category": "CONFLICT", "message": "ann@example.com is taken"}));
    let error = invoke(&host, "update_contact", &json!({"id": "7", "set": {"email": "ann@example.com"}})).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidInput);
    assert!(!error.message.contains("ann@"), "{error}");
}

#[rustfmt::skip] // A table reads in rows.
#[test]
fn input_that_says_too_little_or_too_much_is_refused_before_the_call() {
    for (name, input) in [
        ("find_contact", json!({})),
        ("find_contact", json!({"id": "7", "email": "ann@example.com"})),
        ("find_contact", json!({"name": "Ann"})),
        ("create_contact", json!({})),
        ("create_contact", json!({"company": "Example"})),
        ("create_contact", json!({"phone": "+15550783881"})),
        ("create_contact", json!({"email": "", "properties": {"x": "y"}})),
        ("update_contact", json!({"id": "7", "set": {}})),
        ("update_contact", json!({"set": {"phone": "1"}})),
        ("update_contact", json!({"id": "7", "email": "ann@example.com", "set": {"phone": "1"}})),
    ] {
        let error = invoke(&MockHost::new(), name, &input).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidInput, "{name} {input}");
    }
}

#[test]
fn an_action_that_is_none_is_unsupported() {
    assert_eq!(invoke(&MockHost::new(), "dance", &json!({})).unwrap_err().kind, ErrorKind::Unsupported);
}
