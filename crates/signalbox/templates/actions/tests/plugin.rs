//! The plugin natively, with a host that answers what the test says.

use {{snake}}_plugin::{{Type}};
use serde_json::{Value, json};
use signalbox_plugin_sdk::actions::{Actions, Call};
use signalbox_plugin_sdk::testing::{MockHost, context};
use signalbox_plugin_sdk::{Admin, ErrorKind};

fn call(name: &str, input: Value) -> Call {
    Call { name: name.to_owned(), input, idempotency_key: "key-1".to_owned() }
}

#[test]
fn a_customer_is_found_or_not() {
    let input = json!({"email": "ada@example.com"});
    for (status, answer) in
        [(200, json!({"id": "7", "name": "Ada"})), (404, json!({"error": "nobody"}))]
    {
        let host = MockHost::new().json(status, &answer);
        let call = call("find_customer", input.clone());
        let found = {{Type}}::invoke(&context(&json!({})), &host, &call).unwrap();
        assert_eq!(found, if status == 200 { answer } else { json!({}) });
        assert_eq!(host.sent_json(), input);
        assert_eq!(host.requests()[0].secret.as_deref(), Some("api_key"));
    }
}

#[test]
fn what_goes_wrong_says_what_to_do_about_it() {
    let ctx = context(&json!({}));
    let input = json!({"email": "ada@example.com"});
    let host = MockHost::new().json(503, &json!({}));
    let error = {{Type}}::invoke(&ctx, &host, &call("find_customer", input)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Transient);
    for (name, input, kind) in [
        ("find_customer", json!({}), ErrorKind::InvalidInput),
        ("no_such_action", json!({}), ErrorKind::Unsupported),
    ] {
        let error = {{Type}}::invoke(&ctx, &MockHost::new(), &call(name, input)).unwrap_err();
        assert_eq!(error.kind, kind);
    }
}

#[test]
fn the_connection_test_says_whose_key_it_is() {
    let host = MockHost::new().json(200, &json!({"id": "7", "name": "Lamp Shop"}));
    let report = {{Type}}::check(&context(&json!({})), &host).unwrap();
    assert_eq!(report.account.unwrap().name, "Lamp Shop");
}
