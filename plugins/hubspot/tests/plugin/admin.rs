//! The settings form: test, choices, migration.

use plugin_sdk::http::{Failure, FailureKind};
use plugin_sdk::testing::{MockHost, context};
use plugin_sdk::{Admin, CheckReport, Choice, ErrorKind, PluginError};
use serde_json::{Value, json};
use signalbox_hubspot::HubSpot;

use crate::support::{asked, settings};

fn check(host: &MockHost) -> Result<CheckReport, PluginError> {
    HubSpot::check(&context(&settings()), host)
}

fn details(portal_id: u64, kind: &str) -> MockHost {
    MockHost::new().json(200, &json!({"portalId": portal_id, "accountType": kind, "uiDomain": "app.hubspot.com"}))
}

fn missing(scope: &str) -> Value {
    json!({"category": "MISSING_SCOPES", "errors": [{"message": "…", "context": {"requiredGranularScopes": [scope]}}]})
}

#[test]
fn a_token_that_opens_everything_passes() {
    let mut host = details(62515, "STANDARD");
    for _ in 0..5 {
        host = host.json(200, &json!({"results": []}));
    }
    let report = check(&host).unwrap();
    assert!(report.ok);
    assert_eq!(report.account.unwrap().name, "HubSpot account 62515");
    let names: Vec<&str> = report.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(names, ["credentials", "account", "contacts", "tickets", "companies", "deals", "owners"]);
    assert_eq!(
        asked(&host),
        [
            "GET account-info/2026-09/details",
            "GET crm/objects/2026-09/contacts?limit=1",
            "GET crm/objects/2026-09/tickets?limit=1",
            "GET crm/objects/2026-09/companies?limit=1",
            "GET crm/objects/2026-09/deals?limit=1",
            "GET crm/owners/2026-09?limit=1",
        ]
    );
}

#[test]
fn a_scope_that_is_missing_is_named_with_what_it_is_for() {
    let mut host = details(62515, "SANDBOX");
    for scope in ["crm.objects.contacts.read", "tickets"] {
        host = host.json(403, &missing(scope));
    }
    for _ in 0..3 {
        host = host.json(200, &json!({}));
    }
    let report = check(&host).unwrap();
    assert_eq!(report.account.unwrap().name, "HubSpot account 62515 (sandbox)");
    let [_, _, contacts, tickets, ..] = report.checks.as_slice() else { panic!() };
    // Nothing works without contacts; without tickets the rest does.
    assert!(!report.ok && !contacts.ok && tickets.ok);
    assert!(contacts.message.contains("add the scope crm.objects.contacts.read"), "{}", contacts.message);
    assert!(tickets.message.starts_with("Not granted, so tickets can neither"), "{}", tickets.message);
}

#[test]
fn a_token_of_another_account_does_not_pass() {
    let mut host = details(77, "STANDARD");
    for _ in 0..5 {
        host = host.json(200, &json!({}));
    }
    let report = check(&host).unwrap();
    assert!(!report.ok);
    assert!(report.checks[1].message.contains("belongs to account 77, the settings name 62515"));
}

#[test]
fn a_token_that_opens_nothing_is_reported_with_advice() {
    for (status, body, part) in [
        (
            401,
            json!({"message": "The OAuth token used to make this call expired 5 hour(s) ago.", "category": "EXPIRED_AUTHENTICATION"}),
            "expired 5 hour(s) ago. It has expired",
        ),
        (403, json!({"category": "MISSING_SCOPES"}), "Grant the app its scopes again."),
    ] {
        let report = check(&MockHost::new().json(status, &body)).unwrap();
        assert!(!report.ok);
        assert_eq!(report.checks.len(), 1);
        assert!(report.checks[0].message.contains(part), "{}", report.checks[0].message);
    }
}

#[test]
fn trouble_on_the_way_is_an_error() {
    let details = || details(62515, "STANDARD");
    for (host, kind) in [
        (MockHost::new().fail(Failure::unsent(FailureKind::Connect, "refused")), ErrorKind::Transient),
        (MockHost::new().fail(Failure::unsent(FailureKind::Denied, "policy")), ErrorKind::PermissionDenied),
        (details().json(429, &json!({"policyName": "DAILY"})), ErrorKind::RateLimited),
        (details().fail(Failure::unsent(FailureKind::Denied, "policy")), ErrorKind::PermissionDenied),
    ] {
        assert_eq!(check(&host).unwrap_err().kind, kind);
    }
}

fn options(settings: &Value, host: &MockHost, field: &str, search: &str) -> Result<Vec<Choice>, PluginError> {
    HubSpot::options(&context(settings), host, field, search)
}

fn labels(choices: &[Choice]) -> Vec<(&str, &str)> {
    choices.iter().map(|choice| (choice.value.as_str().unwrap(), choice.label.as_str())).collect()
}

fn pipelines() -> MockHost {
    MockHost::new().json(200, &json!({"results": [
        {"id": "88", "label": "Returns", "displayOrder": 1, "stages": [{"id": "880", "label": "Arrived", "displayOrder": 0}]},
        {"id": "0", "label": "Support", "displayOrder": 0, "stages": [
            {"id": "4", "label": "Closed", "displayOrder": 3, "metadata": {"ticketState": "CLOSED"}},
            {"id": "1", "label": "New", "displayOrder": 0, "metadata": {"ticketState": "OPEN"}},
        ]},
        {"id": "9", "label": "Old", "displayOrder": 2, "archived": true, "stages": []},
    ]}))
}

#[test]
fn pipelines_and_stages_can_be_chosen_in_their_order() {
    let choices = options(&settings(), &pipelines(), "/ticket_pipeline", "").unwrap();
    assert_eq!(labels(&choices), [("0", "Support"), ("88", "Returns")]);
    let choices = options(&settings(), &pipelines(), "/ticket_pipeline", " RET").unwrap();
    assert_eq!(labels(&choices), [("88", "Returns")]);

    let choices = options(&settings(), &pipelines(), "/ticket_stage", "").unwrap();
    assert_eq!(labels(&choices), [("1", "New"), ("4", "Closed")]);
    assert_eq!(choices[1].description.as_deref(), Some("closed"));
    // Also while the rest of the form is still empty.
    let choices = options(&json!({"ticket_pipeline": "88"}), &pipelines(), "/ticket_stage", "").unwrap();
    assert_eq!(labels(&choices), [("880", "Arrived")]);
}

#[test]
fn owners_can_be_chosen_from_every_page() {
    let host = MockHost::new()
        .json(
            200,
            &json!({
                "results": [{"id": "31", "email": "ann@example.com", "firstName": "Ann", "lastName": "Lee"}],
                "paging": {"next": {"after": "a/1"}},
            }),
        )
        .json(200, &json!({"results": [{"id": "32", "email": "queue@example.com"}, {"email": "nobody@example.com"}]}));
    let choices = options(&settings(), &host, "/owner_id", "").unwrap();
    assert_eq!(labels(&choices), [("31", "Ann Lee"), ("32", "queue@example.com")]);
    assert_eq!(asked(&host), ["GET crm/owners/2026-09?limit=100", "GET crm/owners/2026-09?limit=100&after=a%2F1"]);

    let host = MockHost::new().json(200, &json!({"results": [
        {"id": "31", "email": "ann@example.com", "firstName": "Ann"}, {"id": "32", "email": "bob@example.com", "firstName": "Bob"},
    ]}));
    assert_eq!(labels(&options(&settings(), &host, "/owner_id", "bob@").unwrap()), [("32", "Bob")]);
}

#[test]
fn a_field_without_choices_has_none() {
    let error = options(&settings(), &MockHost::new(), "/portal_id", "").unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
}

#[test]
fn settings_of_an_earlier_version_stay_as_they_are() {
    let old = json!({"portal_id": "62515", "owner_id": "31"});
    assert_eq!(HubSpot::migrate_settings(&context(&old), "0.0.9").unwrap(), old);
}
