//! Facts about customers.

use insta::assert_json_snapshot;
use plugin_sdk::testing::MockHost;
use plugin_sdk::{Enrich, SenderId, Subject};
use serde_json::{Value, json};
use signalbox_shopify::Shopify;

use crate::support::{data, order, shop, variables};

fn customer() -> Value {
    json!({
        "id": "gid://shopify/Customer/207119551", "displayName": "Jane Doe", "createdAt": "2024-05-02T14:00:00Z",
        "updatedAt": "2026-05-28T20:00:00Z", "tags": ["loyal"], "numberOfOrders": "3",
        "amountSpent": {"amount": "179.7", "currencyCode": "EUR"},
        "orders": {"nodes": [order("2", "#1002", "2026-05-02T10:00:00Z"), order("1", "#1001", "2026-05-01T10:00:00Z")]},
    })
}

fn subject(ids: &[(&str, &str)], email: Option<&str>, phone: Option<&str>) -> Subject {
    Subject {
        ids: ids.iter().map(|(kind, value)| SenderId::new(*kind, *value)).collect(),
        name: None,
        email: email.map(str::to_owned),
        phone: phone.map(str::to_owned),
    }
}

#[test]
fn a_customers_orders_and_totals_are_facts() {
    let host = MockHost::new().json(200, &data(&json!({"customer": customer()})));
    let known = subject(&[("shopify_customer", "207119551")], Some("jane.doe@example.com"), None);
    let facts = Shopify::facts(&shop(), &host, &known).unwrap();
    assert_json_snapshot!("facts", facts);
    assert_eq!(variables(&host, 0), json!({"id": "gid://shopify/Customer/207119551", "lines": 10}));
}

#[test]
fn a_person_is_looked_for_by_the_surest_of_what_is_known() {
    let nobody = data(&json!({"customer": null}));
    let no_match = data(&json!({"customers": {"nodes": []}}));
    let host = MockHost::new()
        .json(200, &nobody)
        .json(200, &no_match)
        .json(200, &data(&json!({"customers": {"nodes": [customer()]}})));
    let known = subject(&[("shopify_customer", "1"), ("phone", "+15550100199")], Some("Jane.Doe@example.com"), None);
    assert_eq!(Shopify::facts(&shop(), &host, &known).unwrap().len(), 3);
    assert_eq!(variables(&host, 1), json!({"query": "email:\"jane.doe@example.com\"", "lines": 10}));
    assert_eq!(variables(&host, 2), json!({"query": "phone:\"+15550100199\"", "lines": 10}));
}

#[test]
fn somebody_the_shop_does_not_know_has_no_facts() {
    let host = MockHost::new().json(200, &data(&json!({"customers": {"nodes": []}})));
    assert_eq!(Shopify::facts(&shop(), &host, &subject(&[], Some("x@example.com"), None)).unwrap(), []);
    // Nothing to go by: nobody is asked.
    for known in [subject(&[("bsuid", "US.1")], None, Some("555")), subject(&[("shopify_customer", "x")], None, None)] {
        assert_eq!(Shopify::facts(&shop(), &MockHost::new(), &known).unwrap(), []);
    }
}
