//! Calls that end as they should, and results that do not fit the contract.

use plugin_sdk::http::Header;
use plugin_sdk::{ErrorKind, Event, InboundRequest, OutboundContent, OutboundMessage, ReceiptState};
use serde_json::{Value, json};
use signalbox_plugin_host::{CallContext, Cause, Function};

use crate::guest::{TestHost, action, checking, context, echoing, fetching, parsing, returning};

fn webhook(body: &str) -> InboundRequest {
    InboundRequest {
        method: "POST".to_owned(),
        path: "/hooks/1".to_owned(),
        query: String::new(),
        headers: vec![Header { name: "content-type".to_owned(), value: b"application/json".to_vec() }],
        body: body.as_bytes().to_vec(),
    }
}

fn message() -> OutboundMessage {
    OutboundMessage {
        message_id: "m-1".to_owned(),
        to: Vec::new(),
        content: OutboundContent::Text { text: "hi".to_owned(), preview_url: false },
        reply_to: None,
    }
}

const EVENT: &str = r#"[{"event":"custom","name":"probe.x","occurred_at_ms":7,"data":{"k":"v"}}]"#;

#[tokio::test]
async fn parse_gives_events() {
    let plugin = TestHost::new().load(&returning(EVENT));
    let events = plugin.parse(&context(), webhook("")).await.unwrap();
    let expected: Vec<Event> = serde_json::from_str(EVENT).unwrap();
    assert_eq!(events, expected);
}

#[tokio::test]
async fn the_guest_gets_request_and_settings() {
    let host = TestHost::new();
    let plugin = host.load(&echoing("body"));
    let events = plugin.parse(&context(), webhook(EVENT)).await.unwrap();
    assert_eq!(events.len(), 1);

    let plugin = host.load(&echoing("settings"));
    let ctx = CallContext { settings: serde_json::from_str(EVENT).unwrap(), ..context() };
    assert_eq!(plugin.parse(&ctx, webhook("")).await.unwrap(), events);
}

#[tokio::test]
async fn send_gives_a_receipt() {
    let plugin = TestHost::new().load(&returning("[]"));
    let receipt = plugin.send(&context(), &message()).await.unwrap();
    assert_eq!(receipt.external_id.as_deref(), Some("wamid.7"));
    assert_eq!(receipt.state, ReceiptState::Unconfirmed);
}

#[tokio::test]
async fn check_gives_a_report() {
    let report = r#"{"ok":true,"account":{"id":"1","name":"Kettle"},"checks":[]}"#;
    let plugin = TestHost::new().load(&checking(report));
    let report = plugin.check(&context()).await.unwrap();
    assert!(report.ok);
    assert_eq!(report.account.unwrap().name, "Kettle");
}

#[tokio::test]
async fn the_guests_own_error_keeps_its_kind() {
    let body = r#"(i32.store (i32.const 300) (i32.const 0x68676968)) ;; "high"
                  (call $error (i32.const 5) (i32.const 300) (i32.const 4))"#;
    let plugin = TestHost::new().load(&parsing(body));
    let error = plugin.parse(&context(), webhook("")).await.unwrap_err();
    let Cause::Plugin(cause) = &error.cause else {
        panic!("{error:?}");
    };
    assert_eq!(cause.kind, ErrorKind::RateLimited);
    assert_eq!(cause.message, "high");
    assert_eq!(error.plugin, "probe@1.2.3");
    assert_eq!(error.function, Function::Parse);
    assert!(!error.request_sent);
    assert_eq!(error.to_string(), "plugin probe@1.2.3, parse: rate_limited: high");
}

/// It is stored with jobs and messages, and logged.
#[tokio::test]
async fn the_guests_own_words_have_an_end() {
    let host = TestHost::new();
    let long = "(memory.fill (i32.const 1024) (i32.const 120) (i32.const 60000))
                (call $error (i32.const 5) (i32.const 1024) (i32.const 60000))";
    let zeros = "(call $error (i32.const 5) (i32.const 1024) (i32.const 3))";
    for (body, expected) in [(long, "x".repeat(2048)), (zeros, "\u{fffd}".repeat(3))] {
        let error = host.load(&parsing(body)).parse(&context(), webhook("")).await.unwrap_err();
        let Cause::Plugin(error) = error.cause else { panic!("{error}") };
        assert_eq!(error.message, expected);
    }
}

#[tokio::test]
async fn what_the_manifest_does_not_list_is_unsupported() {
    let host = TestHost::new();
    let channel = host.load(&returning("[]"));
    let actions = host.load(&fetching(false));
    for error in [
        channel.invoke(&context(), action("none", Value::Null)).await.unwrap_err(),
        channel.check(&context()).await.unwrap_err(),
        actions.parse(&context(), webhook("")).await.unwrap_err(),
        actions.send(&context(), &message()).await.unwrap_err(),
        actions.invoke(&context(), action("no_such_action", json!({}))).await.unwrap_err(),
    ] {
        assert!(matches!(error.cause, Cause::Unsupported), "{error:?}");
    }
}

#[tokio::test]
async fn output_that_is_no_event_names_the_place() {
    let host = TestHost::new();
    for (json, place) in [
        ("nonsense", ""),
        ("{}", ""),
        ("", ""),
        ("[] []", ""),
        (r#"[{"event":"custom"}]"#, "/0"),
        (r#"[{"event":"status","external_id":7}]"#, "/0/external_id"),
    ] {
        let plugin = host.load(&returning(json));
        let error = plugin.parse(&context(), webhook("")).await.unwrap_err();
        let Cause::BadOutput { pointer, .. } = &error.cause else {
            panic!("{json}: {error:?}");
        };
        assert_eq!(pointer, place, "{json}");
    }
}

#[tokio::test]
async fn instances_share_nothing() {
    // Returns one more event each time, if anything were left from the time before.
    let body = r#"(global.set $next (i32.add (global.get $next) (i32.const 1)))
        (i32.store8 (i32.const 400) (i32.add (i32.load8_u (i32.const 400)) (i32.const 1)))
        (if (i32.ne (i32.load8_u (i32.const 400)) (i32.const 1)) (then unreachable))
        (i32.store16 (i32.const 500) (i32.const 0x5d5b)) ;; "[]"
        (call $ok (i32.const 500) (i32.const 2))"#;
    let plugin = TestHost::new().load(&parsing(body));
    for _ in 0..50 {
        plugin.parse(&context(), webhook("")).await.unwrap();
    }
}
