//! Sending: Meta's own request examples, and every way an answer can come or not come.

use plugin_sdk::http::{Failure, FailureKind, Response};
use plugin_sdk::outbound::MediaSource;
use plugin_sdk::testing::{MockHost, context};
use plugin_sdk::{
    Actions, Channel, ErrorKind, OutboundContent, OutboundMessage, PluginError, Receipt, ReceiptState, SenderId,
};
use serde_json::{Value, json};
use signalbox_whatsapp::WhatsApp;

use crate::support::{NUMBER, action, fixtures};

const OURS: &str = "0197c1de-0000-7000-8000-000000000001";

fn send(http: &MockHost, message: &OutboundMessage) -> Result<Receipt, PluginError> {
    WhatsApp::send(&context(&json!({ "phone_number_id": NUMBER })), http, message)
}

fn to_phone(content: OutboundContent) -> OutboundMessage {
    OutboundMessage { message_id: OURS.to_owned(), to: vec![SenderId::phone("+16505551234")], content, reply_to: None }
}

fn text(text: &str) -> OutboundMessage {
    to_phone(OutboundContent::Text { text: text.to_owned(), preview_url: false })
}

fn accepted() -> MockHost {
    MockHost::new().json(
        200,
        &json!({
            "messaging_product": "whatsapp",
            "contacts": [{"input": "+16505551234", "wa_id": "16505551234"}],
            "messages": [{"id": "wamid.OUT"}],
        }),
    )
}

/// The body that was sent for a message.
fn payload(message: &OutboundMessage) -> Value {
    let http = accepted();
    send(&http, message).unwrap();
    http.sent_json()
}

/// What the host would have to ask for to get a request like Meta's example.
fn asked_for(example: &Value) -> OutboundMessage {
    let owned = |pointer: &str| example.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    if example["status"] == "read" {
        return to_phone(OutboundContent::Read {
            target: owned("/message_id").unwrap(),
            typing: example.get("typing_indicator").is_some(),
        });
    }
    let kind = [
        "text",
        "template",
        "image",
        "video",
        "audio",
        "document",
        "sticker",
        "interactive",
        "location",
        "contacts",
        "reaction",
    ]
    .into_iter()
    .find(|kind| example.get(kind).is_some())
    .unwrap();
    let part = |key: &str| owned(&format!("/{kind}/{key}"));
    let source = MediaSource { link: part("link"), media_id: part("id") };
    let content = match kind {
        "text" => {
            OutboundContent::Text { text: part("body").unwrap(), preview_url: example["text"]["preview_url"] == true }
        }
        "template" => OutboundContent::Template {
            name: part("name").unwrap(),
            language: part("language/code").unwrap(),
            components: example["template"]["components"].as_array().cloned().unwrap_or_default(),
        },
        "image" => OutboundContent::Image { source, caption: part("caption") },
        "video" => OutboundContent::Video { source, caption: part("caption") },
        "audio" => OutboundContent::Audio { source },
        "document" => OutboundContent::Document { source, caption: part("caption"), filename: part("filename") },
        "sticker" => OutboundContent::Sticker { source },
        "interactive" => OutboundContent::Interactive { interactive: example["interactive"].clone() },
        "location" => OutboundContent::Location {
            latitude: example["location"]["latitude"].as_f64().unwrap(),
            longitude: example["location"]["longitude"].as_f64().unwrap(),
            name: part("name"),
            address: part("address"),
        },
        "contacts" => OutboundContent::Contacts { contacts: example["contacts"].as_array().cloned().unwrap() },
        _ => OutboundContent::Reaction { target: part("message_id").unwrap(), emoji: part("emoji") },
    };
    OutboundMessage {
        to: vec![SenderId::phone(owned("/to").unwrap())],
        reply_to: owned("/context/message_id"),
        ..to_phone(content)
    }
}

#[test]
fn requests_are_those_of_metas_examples() {
    let examples = fixtures("outbound_meta");
    assert!(examples.len() > 45);
    for (name, mut example) in examples {
        let sent = payload(&asked_for(&example));
        let kind = sent.get("type").cloned();
        let expected = example.as_object_mut().unwrap();
        if let Some(kind) = kind {
            // Some examples leave out what the API takes as the default.
            expected.insert("biz_opaque_callback_data".to_owned(), json!(OURS));
            expected.entry("recipient_type").or_insert(json!("individual"));
            expected.entry("type").or_insert(kind);
        }
        // Only this example asks for a language policy, of which one is left and the default.
        if let Some(language) = example.pointer_mut("/template/language") {
            language.as_object_mut().unwrap().remove("policy");
        }
        assert_eq!(sent, example, "{name}");
    }
}

#[test]
fn a_message_goes_to_the_number_and_carries_our_id() {
    let http = accepted();
    let receipt = send(&http, &text("Hello")).unwrap();
    assert_eq!(receipt, Receipt::accepted(Some("wamid.OUT".to_owned())));

    let request = &http.requests()[0];
    assert_eq!(request.method, "POST");
    assert_eq!(request.url, format!("https://graph.facebook.com/v26.0/{NUMBER}/messages"));
    assert_eq!(request.secret.as_deref(), Some("access_token"));
    assert!(request.headers.iter().all(|header| !header.name.eq_ignore_ascii_case("authorization")));
    assert_eq!(http.sent_json()["biz_opaque_callback_data"], OURS);
}

#[rustfmt::skip] // A table reads in rows.
#[test]
fn someone_without_a_number_is_reached_by_user_id() {
    let id = SenderId::new;
    for (to, field, value) in [
        (vec![id("bsuid", "US.1"), id("phone", "+16505551234"), id("phone", "+16505550000")], "to", "+16505551234"),
        (vec![id("bsuid", "US.1"), id("parent_bsuid", "US.ENT.2")], "recipient", "US.1"),
        (vec![id("parent_bsuid", "US.ENT.2")], "recipient", "US.ENT.2"),
        (vec![id("wa_id", "1234")], "to", "1234"),
    ] {
        let body = payload(&OutboundMessage {
            to,
            ..text("Hello")
        });
        assert_eq!(body[field], value);
        let other = if field == "to" { "recipient" } else { "to" };
        assert_eq!(body.get(other), None);
    }
    for to in [vec![], vec![id("email", "a@example.com")]] {
        let error = send(
            &MockHost::new(),
            &OutboundMessage {
                to,
                ..text("Hello")
            },
        )
        .unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidInput);
    }
}

#[test]
fn a_reaction_is_taken_back_with_an_empty_emoji() {
    let body = payload(&OutboundMessage {
        reply_to: Some("wamid.X".to_owned()),
        ..to_phone(OutboundContent::Reaction { target: "wamid.IN".to_owned(), emoji: None })
    });
    assert_eq!(body["reaction"], json!({"message_id": "wamid.IN", "emoji": ""}));
    assert_eq!(body.get("context"), None);
}

fn html(status: u16) -> Response {
    Response { status, headers: Vec::new(), body: b"<html>error</html>".to_vec() }
}

#[rustfmt::skip] // A table reads in rows.
#[test]
fn an_unknown_outcome_is_never_reported_as_a_failure() {
    for (what, http) in [
        ("a timeout after sending", MockHost::new().fail(Failure::sent(FailureKind::Timeout, "30 s"))),
        ("a drop after sending", MockHost::new().fail(Failure::sent(FailureKind::Interrupted, "reset"))),
        ("an answer too large", MockHost::new().fail(Failure::sent(FailureKind::TooLarge, "2 MiB"))),
        ("a gateway's error page", MockHost::new().respond(html(502))),
        ("a server error without reason", MockHost::new().json(500, &json!({}))),
        ("a success that is not JSON", MockHost::new().respond(html(200))),
        ("a success without an id", MockHost::new().json(200, &json!({"messages": []}))),
    ] {
        assert_eq!(
            send(&http, &text("Hello")).unwrap(),
            Receipt::unconfirmed(),
            "{what}"
        );
    }
}

#[rustfmt::skip] // A table reads in rows.
#[test]
fn what_was_certainly_not_taken_is_a_failure() {
    let meta = |status, code| {
        MockHost::new().json(status, &json!({"error": {"code": code, "message": "x"}}))
    };
    for (what, http, kind, code) in [
        ("no connection", MockHost::new().fail(Failure::unsent(FailureKind::Connect, "refused")), ErrorKind::Transient, "service:http"),
        ("a timeout before sending", MockHost::new().fail(Failure::unsent(FailureKind::Timeout, "connect")), ErrorKind::Transient, "service:http"),
        ("the host's policy", MockHost::new().fail(Failure::unsent(FailureKind::Denied, "policy")), ErrorKind::PermissionDenied, "other:egress"),
        ("Meta's own trouble", meta(500, 131_000), ErrorKind::Transient, "service:131000"),
        ("Meta is overloaded", meta(503, 131_016), ErrorKind::Transient, "service:131016"),
        ("a temporary error", meta(500, 2), ErrorKind::Transient, "service:2"),
        ("maintenance", meta(500, 131_057), ErrorKind::Transient, "service:131057"),
        ("too fast", meta(429, 130_429), ErrorKind::RateLimited, "rate_limited:130429"),
        ("too fast, by a proxy", MockHost::new().respond(html(429)), ErrorKind::RateLimited, "rate_limited:http_429"),
        ("a revoked token", meta(401, 190), ErrorKind::AuthRequired, "reauthorize:190"),
        ("a closed window", meta(400, 131_047), ErrorKind::Permanent, "window_closed:131047"),
        ("opted out", meta(400, 131_050), ErrorKind::Permanent, "opted_out:131050"),
        ("a marketing cap", meta(400, 131_049), ErrorKind::Permanent, "marketing_limit:131049"),
    ] {
        let error = send(&http, &text("Hello")).unwrap_err();
        assert_eq!(error.kind, kind, "{what}");
        assert_eq!(error.code.as_deref(), Some(code), "{what}");
    }
}

#[test]
fn a_read_receipt_may_be_repeated() {
    let read = to_phone(OutboundContent::Read { target: "wamid.IN".to_owned(), typing: false });
    let done = MockHost::new().json(200, &json!({"success": true}));
    assert_eq!(send(&done, &read).unwrap(), Receipt { external_id: None, state: ReceiptState::Accepted });
    for http in [MockHost::new().fail(Failure::sent(FailureKind::Timeout, "30 s")), MockHost::new().respond(html(502))]
    {
        assert_eq!(send(&http, &read).unwrap_err().kind, ErrorKind::Transient);
    }
}

/// The message of the refusal, without a call having been made.
fn refusal(content: OutboundContent) -> String {
    let error = send(&MockHost::new(), &to_phone(content)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidInput);
    error.message
}

fn content(json: Value) -> OutboundContent {
    serde_json::from_value(json).unwrap()
}

fn buttons(count: usize, title: &str) -> Value {
    let buttons: Vec<Value> =
        (0..count).map(|id| json!({"type": "reply", "reply": {"id": id.to_string(), "title": title}})).collect();
    json!({"type": "button", "body": {"text": "Pick"}, "action": {"buttons": buttons}})
}

fn rows(count: usize) -> Value {
    let rows: Vec<Value> = (0..count).map(|id| json!({"id": id.to_string(), "title": "Row"})).collect();
    json!({"type": "list", "body": {"text": "Pick"}, "action": {"button": "Open", "sections": [{"rows": rows}]}})
}

#[rustfmt::skip] // A table reads in rows.
#[test]
fn what_meta_would_refuse_is_refused_before_the_call() {
    let interactive =
        |interactive: Value| json!({"type": "interactive", "interactive": interactive});
    let twice = json!({"type": "button", "body": {"text": "Pick"}, "action": {"buttons": [
        {"type": "reply", "reply": {"id": "a", "title": "One"}}, {"type": "reply", "reply": {"id": "a", "title": "Two"}},
    ]}});
    for (outbound, part) in [
        (json!({"type": "text", "text": " \n"}), "`text` must not be empty"),
        (json!({"type": "text", "text": "é".repeat(4_097)}), "`text` has 4097 characters"),
        (json!({"type": "template", "name": "", "language": "en"}), "`name`"),
        (json!({"type": "template", "name": "hello", "language": ""}), "`language`"),
        (json!({"type": "image"}), "exactly one of"),
        (json!({"type": "image", "link": "https://example.com/a", "media_id": "1"}), "exactly one of"),
        (json!({"type": "image", "link": "http://example.com/a"}), "https"),
        (json!({"type": "video", "link": "https://"}), "https"),
        (json!({"type": "audio", "link": "https://example.com/a b"}), "https"),
        (json!({"type": "sticker", "media_id": ""}), "`media_id`"),
        (json!({"type": "document", "media_id": "1", "caption": "x".repeat(1_025)}), "`caption` has 1025"),
        (json!({"type": "location", "latitude": 91.0, "longitude": 0.0}), "`latitude`"),
        (json!({"type": "location", "latitude": 0.0, "longitude": -180.5}), "`longitude`"),
        (json!({"type": "contacts", "contacts": []}), "at least one"),
        (json!({"type": "contacts", "contacts": [{"name": {"first_name": "A"}}]}), "formatted_name"),
        (json!({"type": "reaction", "target": "", "emoji": "👍"}), "`target`"),
        (json!({"type": "read", "target": ""}), "`target`"),
        (interactive(json!({})), "`interactive.type`"),
        (interactive(json!({"type": "flow"})), "`interactive.body.text`"),
        (interactive(json!({"type": "cta_url", "body": {"text": "x".repeat(1_025)}})), "has 1025"),
        (interactive(json!({"type": "flow", "body": {"text": "x"}, "footer": {"text": "x".repeat(61)}})), "footer"),
        (interactive(buttons(0, "Yes")), "0 given; WhatsApp takes 1 to 3"),
        (interactive(buttons(4, "Yes")), "4 given; WhatsApp takes 1 to 3"),
        (interactive(buttons(1, "A title much too long")), "`reply.title` has 21"),
        (interactive(twice), "`reply.id` must differ"),
        (interactive(rows(0)), "0 given; WhatsApp takes 1 to 10"),
        (interactive(rows(11)), "11 given; WhatsApp takes 1 to 10"),
    ] {
        let message = refusal(content(outbound));
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn the_limits_themselves_are_allowed() {
    let interactive = |interactive: Value| json!({"type": "interactive", "interactive": interactive});
    for outbound in [
        json!({"type": "text", "text": "é".repeat(4_096)}),
        json!({"type": "image", "link": "HTTPS://example.com/a", "caption": "x".repeat(1_024)}),
        json!({"type": "location", "latitude": -90.0, "longitude": 180.0}),
        interactive(buttons(3, "A title long enough.")),
        interactive(rows(10)),
    ] {
        send(&accepted(), &to_phone(content(outbound))).unwrap();
    }
}

#[test]
fn without_settings_nothing_is_sent() {
    let error = WhatsApp::send(&context(&json!({})), &MockHost::new(), &text("Hello")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidConfig);
    let error =
        WhatsApp::invoke(&context(&json!({"phone_number_id": "1"})), &MockHost::new(), &action("dance")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
}

#[test]
fn quick_replies_are_buttons() {
    let rich = json!({
        "type": "quick_replies", "text": "Who?", "replies": [{ "id": "s", "title": "Sales" }, { "id": "h", "title": "Help" }],
    });
    let sent = payload(&to_phone(OutboundContent::Rich { rich }));
    assert_eq!(sent["type"], "interactive");
    assert_eq!(sent["interactive"]["body"]["text"], "Who?");
    let button = |id: &str, title: &str| json!({ "type": "reply", "reply": { "id": id, "title": title } });
    assert_eq!(sent["interactive"]["action"]["buttons"], json!([button("s", "Sales"), button("h", "Help")]));

    let card = to_phone(OutboundContent::Rich { rich: json!({ "type": "card", "title": "Lamp" }) });
    assert_eq!(send(&accepted(), &card).unwrap_err().kind, ErrorKind::Unsupported);
    let many: Vec<_> = (0..4).map(|n| json!({ "id": n.to_string(), "title": "x" })).collect();
    let many =
        to_phone(OutboundContent::Rich { rich: json!({ "type": "quick_replies", "text": "?", "replies": many }) });
    assert_eq!(send(&accepted(), &many).unwrap_err().kind, ErrorKind::InvalidInput);
}
