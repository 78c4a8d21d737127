//! The plugin natively, with a host that answers what the test says.

use {{snake}}_plugin::{{Type}};
use serde_json::json;
use signalbox_plugin_sdk::testing::{MockHost, context};
use signalbox_plugin_sdk::{Admin, Enrich, ErrorKind, Subject};

fn ada() -> Subject {
    Subject { email: Some("ada@example.com".to_owned()), ..Subject::default() }
}

#[test]
fn a_customer_has_facts() {
    let customer = json!({"id": "7", "level": "gold"});
    let host = MockHost::new().json(200, &customer);
    let facts = {{Type}}::facts(&context(&json!({})), &host, &ada()).unwrap();
    assert_eq!(facts.len(), 1);
    assert_eq!((facts[0].text.as_str(), &facts[0].data), ("gold", &customer));
    assert_eq!(host.sent_json(), json!({"email": "ada@example.com"}));
}

#[test]
fn a_stranger_has_none() {
    let ctx = context(&json!({}));
    let host = MockHost::new().json(404, &json!({}));
    assert!({{Type}}::facts(&ctx, &host, &ada()).unwrap().is_empty());
    // Without address and number there is nothing to ask for.
    assert!({{Type}}::facts(&ctx, &MockHost::new(), &Subject::default()).unwrap().is_empty());
    let host = MockHost::new().json(503, &json!({}));
    let error = {{Type}}::facts(&ctx, &host, &ada()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Transient);
}

#[test]
fn the_connection_test_says_whose_key_it_is() {
    let host = MockHost::new().json(200, &json!({"id": "7", "name": "Lamp Shop"}));
    let report = {{Type}}::check(&context(&json!({})), &host).unwrap();
    assert_eq!(report.account.unwrap().name, "Lamp Shop");
}
