//! What is told about a customer.

use plugin_sdk::testing::{MockHost, context};
use plugin_sdk::{Enrich, ErrorKind, Fact, PluginError, SenderId, Subject};
use serde_json::{Value, json};
use signalbox_hubspot::HubSpot;

use crate::support::{asked, body, record, results, settings};

fn facts(host: &MockHost, subject: &Subject) -> Result<Vec<Fact>, PluginError> {
    HubSpot::facts(&context(&settings()), host, subject)
}

fn ann() -> Subject {
    Subject { email: Some("ann@example.com".to_owned()), ..Subject::default() }
}

fn associations(kinds: &[(&str, &[&str])]) -> Value {
    let list = |ids: &[&str]| {
        // Twice, as for a primary association that is one without a label too.
        let results: Vec<Value> =
            ids.iter().flat_map(|id| [json!({"id": id, "type": "a"}), json!({"id": id, "type": "b"})]).collect();
        json!({ "results": results })
    };
    kinds.iter().map(|(kind, ids)| ((*kind).to_owned(), list(ids))).collect::<serde_json::Map<_, _>>().into()
}

fn contact(kinds: &[(&str, &[&str])]) -> Value {
    let mut contact = record(
        "7",
        &json!({"email": "ann@example.com", "firstname": "Ann", "lastname": "Lee", "lifecyclestage": "customer"}),
    );
    if !kinds.is_empty() {
        contact["associations"] = associations(kinds);
    }
    contact
}

fn deal(id: &str, created: &str, properties: &Value) -> Value {
    let mut deal = record(id, properties);
    deal["createdAt"] = created.into();
    deal
}

fn pipelines() -> Value {
    json!({"results": [{"id": "default", "label": "Sales", "stages": [
        {"id": "contractsent", "label": "Contract sent", "metadata": {"isClosed": "false", "probability": "0.9"}},
        {"id": "closedwon", "label": "Closed won", "metadata": {"isClosed": "true"}},
    ]}]})
}

fn ticket_pipelines() -> Value {
    json!({"results": [{"id": "0", "label": "Support", "stages": [
        {"id": "1", "label": "New", "metadata": {"ticketState": "OPEN"}},
        {"id": "4", "label": "Closed", "metadata": {"ticketState": "CLOSED"}},
    ]}]})
}

/// An account that knows everything about Ann.
fn full() -> MockHost {
    let deals = [
        deal(
            "41",
            "2026-01-01T00:00:00Z",
            &json!({"dealname": "Spring order", "pipeline": "default", "dealstage": "contractsent",
             "amount": "1200.50", "deal_currency_code": "EUR", "hs_is_closed": "false"}),
        ),
        deal(
            "42",
            "2026-02-01T00:00:00Z",
            &json!({"dealname": "Won", "pipeline": "default", "dealstage": "closedwon", "hs_is_closed": "true"}),
        ),
        deal(
            "43",
            "2026-03-01T00:00:00Z",
            &json!({"dealname": "Summer order", "pipeline": "gone", "dealstage": "unknown", "amount": "7"}),
        ),
        deal(
            "44",
            "2026-04-01T00:00:00Z",
            &json!({"dealname": "Won too", "pipeline": "default", "dealstage": "closedwon"}),
        ),
    ];
    let tickets = [
        record(
            "51",
            &json!({"subject": "Kettle does not boil", "hs_pipeline": "0", "hs_pipeline_stage": "1", "hs_ticket_priority": "HIGH"}),
        ),
        record("52", &json!({"subject": "Closed", "hs_pipeline": "0", "hs_pipeline_stage": "4"})),
        record(
            "53",
            &json!({"subject": "Closed too", "hs_pipeline": "0", "hs_pipeline_stage": "1", "closed_date": "2026-05-01T00:00:00Z"}),
        ),
    ];
    MockHost::new()
        .json(
            200,
            &contact(&[
                ("companies", &["9001"]),
                ("deals", &["41", "42", "43", "44"]),
                ("tickets", &["51", "52", "53"]),
            ]),
        )
        .json(200, &results(&[record("9001", &json!({"name": "Example Ltd", "domain": "example.com"}))]))
        .json(200, &results(&deals))
        .json(200, &pipelines())
        .json(200, &results(&tickets))
        .json(200, &ticket_pipelines())
}

#[test]
fn everything_open_is_told_newest_first() {
    let host = full();
    let facts = facts(&host, &ann()).unwrap();
    insta::with_settings!({ prepend_module_to_snapshot => false }, {
        insta::assert_json_snapshot!("facts", facts);
    });
    let asked = asked(&host);
    assert!(asked[0].ends_with("&associations=companies,deals,tickets"));
    assert_eq!(
        asked[1..],
        [
            "POST crm/objects/2026-09/companies/batch/read",
            "POST crm/objects/2026-09/deals/batch/read",
            "GET crm/pipelines/2026-09/deals",
            "POST crm/objects/2026-09/tickets/batch/read",
            "GET crm/pipelines/2026-09/tickets",
        ]
    );
    assert_eq!(body(&host.requests()[1])["inputs"], json!([{"id": "9001"}]));
}

#[test]
fn a_customer_is_looked_up_by_what_is_most_certain() {
    let all = Subject {
        ids: vec![SenderId::new("hubspot_contact", "7"), SenderId::phone("+15550783881")],
        phone: Some("+15550783881".to_owned()),
        ..ann()
    };
    let place = |host: &MockHost, at: usize| asked(host)[at].split(['?', '&']).next().unwrap().to_owned();

    let host = MockHost::new().json(200, &contact(&[]));
    assert_eq!(facts(&host, &all).unwrap().len(), 2);
    assert_eq!(place(&host, 0), "GET crm/objects/2026-09/contacts/7");

    let gone = json!({"category": "OBJECT_NOT_FOUND"});
    let host =
        MockHost::new().json(404, &gone).json(404, &gone).json(200, &results(&[contact(&[])])).json(200, &contact(&[]));
    assert_eq!(facts(&host, &all).unwrap().len(), 2);
    assert_eq!(place(&host, 1), "GET crm/objects/2026-09/contacts/ann%40example.com");
    assert_eq!(place(&host, 2), "POST crm/objects/2026-09/contacts/search");
    assert_eq!(place(&host, 3), "GET crm/objects/2026-09/contacts/7");
}

#[test]
fn somebody_hubspot_does_not_know_has_no_facts() {
    let host = MockHost::new().json(404, &json!({})).json(200, &results(&[])).json(200, &results(&[]));
    let subject = Subject { phone: Some("+15550783881".to_owned()), ..ann() };
    assert!(facts(&host, &subject).unwrap().is_empty());
    assert!(facts(&MockHost::new(), &Subject::default()).unwrap().is_empty());
}

#[test]
fn what_the_token_may_not_read_is_left_out() {
    let denied = json!({"category": "MISSING_SCOPES"});
    let host = MockHost::new()
        .json(200, &contact(&[("deals", &["41"]), ("tickets", &["51"])]))
        .json(403, &denied)
        .json(200, &results(&[record("51", &json!({"subject": "Kettle", "hs_pipeline_stage": "1"}))]))
        .json(403, &denied);
    let names: Vec<String> = facts(&host, &ann()).unwrap().into_iter().map(|fact| fact.text).collect();
    assert_eq!(names, ["Ann Lee, ann@example.com", "customer", "Kettle, 1"]);
}

#[test]
fn without_pipelines_the_stages_every_account_has_are_known() {
    let deals = [
        record("41", &json!({"dealname": "Open", "dealstage": "contractsent"})),
        record("42", &json!({"dealname": "Won", "dealstage": "closedwon"})),
    ];
    let host = MockHost::new()
        .json(200, &contact(&[("deals", &["41", "42"])]))
        .json(200, &results(&deals))
        .json(404, &json!({}));
    let texts: Vec<String> = facts(&host, &ann()).unwrap().into_iter().skip(2).map(|fact| fact.text).collect();
    assert_eq!(texts, ["Open, contractsent"]);
}

#[test]
fn half_of_the_truth_is_an_error() {
    let host = MockHost::new().json(200, &contact(&[("deals", &["41"])])).json(500, &json!({}));
    assert_eq!(facts(&host, &ann()).unwrap_err().kind, ErrorKind::Transient);
}
