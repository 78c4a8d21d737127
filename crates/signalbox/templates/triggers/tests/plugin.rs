//! The plugin natively, with a host that answers what the test says.

use {{snake}}_plugin::{{Type}};
use serde_json::json;
use signalbox_plugin_sdk::testing::{MockHost, context};
use signalbox_plugin_sdk::{Admin, ErrorKind, Event, Triggers};

#[test]
fn orders_since_the_cursor_become_events() {
    let order = json!({"id": "o-1", "placed_at": 1_779_999_990, "total": "12.50"});
    let page = json!({"orders": [order], "cursor": "c-2", "more": true});
    let host = MockHost::new().json(200, &page);
    let news = {{Type}}::poll(&context(&json!({})), &host, "new_orders", Some("c-1")).unwrap();
    assert_eq!(news.cursor.as_deref(), Some("c-2"));
    assert!(news.more);
    let [Event::Custom(event)] = news.events.as_slice() else { panic!("{:?}", news.events) };
    assert_eq!(event.external_id.as_deref(), Some("o-1"));
    assert_eq!(event.occurred_at_ms, 1_779_999_990_000);
    assert_eq!(event.data, order);
    assert!(host.requests()[0].url.ends_with("?after=c-1"));
}

#[test]
fn a_provider_that_is_down_is_asked_again() {
    let ctx = context(&json!({}));
    let host = MockHost::new().json(503, &json!({}));
    let error = {{Type}}::poll(&ctx, &host, "new_orders", None).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Transient);
    let error = {{Type}}::poll(&ctx, &MockHost::new(), "no_such_trigger", None).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
}

#[test]
fn the_connection_test_says_whose_key_it_is() {
    let host = MockHost::new().json(200, &json!({"id": "7", "name": "Lamp Shop"}));
    let report = {{Type}}::check(&context(&json!({})), &host).unwrap();
    assert_eq!(report.account.unwrap().name, "Lamp Shop");
}
