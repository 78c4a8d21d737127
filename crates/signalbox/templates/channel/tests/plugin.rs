//! The plugin natively, with a host that answers what the test says.

use {{snake}}_plugin::{{Type}};
use serde_json::{Value, json};
use signalbox_plugin_sdk::http::{Failure, FailureKind};
use signalbox_plugin_sdk::testing::{self, MockHost, context};
use signalbox_plugin_sdk::{
    Admin, Channel, ErrorKind, OutboundContent, OutboundMessage, ReceiptState, SenderId,
};

fn settings() -> Value {
    json!({"number": "+15550100000"})
}

fn text() -> OutboundMessage {
    OutboundMessage {
        message_id: "ours-1".to_owned(),
        to: vec![SenderId::phone("+15550100001")],
        content: OutboundContent::Text { text: "It is.".to_owned(), preview_url: false },
        reply_to: None,
    }
}

#[test]
fn webhooks_become_the_events_of_their_fixtures() {
    testing::replay::<{{Type}}>("fixtures");
}

#[test]
fn a_text_is_sent() {
    let host = MockHost::new().json(202, &json!({"id": "m-2"}));
    let receipt = {{Type}}::send(&context(&settings()), &host, &text()).unwrap();
    assert_eq!(receipt.external_id.as_deref(), Some("m-2"));
    assert_eq!(receipt.state, ReceiptState::Accepted);
    let expected = json!({
        "from": "+15550100000",
        "to": "+15550100001",
        "text": "It is.",
        "reference": "ours-1",
    });
    assert_eq!(host.sent_json(), expected);
    // The plugin names the secret; the host puts it where the manifest says.
    assert_eq!(host.requests()[0].secret.as_deref(), Some("api_key"));
}

#[test]
fn a_send_that_may_have_arrived_is_not_repeated() {
    let host = MockHost::new().fail(Failure::sent(FailureKind::Timeout, "no answer"));
    let receipt = {{Type}}::send(&context(&settings()), &host, &text()).unwrap();
    assert_eq!(receipt.state, ReceiptState::Unconfirmed);
    let host = MockHost::new().fail(Failure::unsent(FailureKind::Connect, "refused"));
    let error = {{Type}}::send(&context(&settings()), &host, &text()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Transient);
}

#[test]
fn the_connection_test_says_whose_key_it_is() {
    let host = MockHost::new().json(200, &json!({"id": "7", "name": "Lamp Shop"}));
    let report = {{Type}}::check(&context(&settings()), &host).unwrap();
    assert!(report.ok);
    assert_eq!(report.account.unwrap().name, "Lamp Shop");
    let host = MockHost::new().json(401, &json!({}));
    assert!(!{{Type}}::check(&context(&settings()), &host).unwrap().ok);
}
