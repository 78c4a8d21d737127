//! Status callbacks: order, signature, window, retries.

use crate::world::{NUMBER, PHONE, SECRET, World, ada, message, text};
use chrono::TimeDelta;
use serde_json::json;
use signalbox_sandbox::traffic::{Customer, Inbound};
use std::time::Duration;

#[tokio::test]
async fn an_accepted_message_is_sent_delivered_and_read() {
    let mut world = World::start().await;
    world.customer_writes(&ada()).await;
    let mut body = text("Grüße 👋");
    body["biz_opaque_callback_data"] = "größe/42".into();
    let sent = world.send(body).await;

    for name in ["sent", "delivered", "read"] {
        let callback = world.receiver.next().await;
        let status = callback.status();
        assert_eq!(status["status"], name);
        assert_eq!(status["id"], sent.wamid());
        assert_eq!(status["recipient_id"], PHONE);
        assert_eq!(status["biz_opaque_callback_data"], "größe/42");
        assert_eq!(status["timestamp"], "1800000000");
        assert_eq!(status.get("pricing").is_some(), name != "read");
        assert!(status.get("conversation").is_none(), "gone since webhook version 24");
        assert_eq!(callback.value()["metadata"]["phone_number_id"], NUMBER);

        assert!(callback.is_signed_with(SECRET));
        assert!(!callback.is_signed_with("another secret"));
        assert!(callback.raw.is_ascii());
        let raw = String::from_utf8_lossy(&callback.raw);
        assert!(raw.contains(r"gr\u00f6\u00dfe\/42"), "{raw}");
    }
    world.sandbox.settled().await;
    assert_eq!(world.receiver.rest(), 0);
    assert_eq!(world.sandbox.callbacks().delivered, 4);
}

#[tokio::test]
async fn older_webhook_versions_name_the_conversation() {
    let mut world = World::with(|config| {
        config.callbacks.webhook_version = 23;
        config.callbacks.read = None;
    })
    .await;
    world.customer_writes(&ada()).await;
    world.send(text("Hi")).await;
    let sent = world.receiver.next().await;
    assert_eq!(sent.status()["conversation"]["expiration_timestamp"], "1800086400");
    let delivered = world.receiver.next().await;
    assert_eq!(delivered.status()["conversation"]["id"], sent.status()["conversation"]["id"]);
    assert!(delivered.status()["conversation"].get("expiration_timestamp").is_none());
    world.sandbox.settled().await;
    assert_eq!(world.receiver.rest(), 0, "no read receipts");
}

#[tokio::test]
async fn outside_the_window_a_text_is_accepted_and_fails_and_a_template_arrives() {
    let mut world = World::start().await;
    world.customer_writes(&ada()).await;
    world.advance(TimeDelta::hours(24));
    world.send(text("just in time")).await;
    assert_eq!(world.receiver.statuses(3).await, ["sent", "delivered", "read"]);

    world.advance(TimeDelta::seconds(1));
    let late = world.send(text("too late")).await;
    assert_eq!(late.status, 200);
    let failed = world.receiver.next().await;
    assert_eq!(failed.status()["status"], "failed");
    assert_eq!(failed.status()["id"], late.wamid());
    assert_eq!(failed.status()["errors"][0]["code"], 131_047);

    let template = json!({ "name": "hello_world", "language": { "code": "en_US" } });
    world.send(message("template", template)).await;
    let sent = world.receiver.next().await;
    assert_eq!(sent.status()["status"], "sent");
    assert_eq!(
        sent.status()["pricing"],
        json!({ "billable": true, "pricing_model": "PMP", "type": "regular", "category": "utility" })
    );
}

#[tokio::test]
async fn a_customer_who_never_wrote_has_no_window_until_it_is_opened() {
    let mut world = World::start().await;
    world.send(text("Hello stranger")).await;
    assert_eq!(world.receiver.statuses(1).await, ["failed"]);
    let yesterday = chrono::DateTime::from_timestamp(1_800_000_000 - 80_000, 0).unwrap();
    world.sandbox.open_window(NUMBER, &ada(), yesterday).unwrap();
    world.send(text("Hello again")).await;
    assert_eq!(world.receiver.statuses(1).await, ["sent"]);
}

#[tokio::test]
async fn a_bsuid_is_reported_in_place_of_the_phone_number() {
    let mut world = World::start().await;
    let zoe = Customer::with_user_id("FR.1840", "Zoë");
    let played = world.sandbox.play(NUMBER, Inbound::text(zoe, "Bonjour")).await.unwrap();
    let inbound = world.receiver.next().await;
    assert_eq!(inbound.value()["messages"][0]["id"], played.wamid.as_str());
    assert!(inbound.value()["contacts"][0].get("wa_id").is_none());

    let body = json!({ "messaging_product": "whatsapp", "recipient": "FR.1840", "text": { "body": "Salut" } });
    world.send(body).await;
    let sent = world.receiver.next().await;
    assert_eq!(sent.status()["recipient_user_id"], "FR.1840");
    assert!(sent.status().get("recipient_id").is_none());
    assert_eq!(sent.value()["contacts"][0]["user_id"], "FR.1840");
}

#[tokio::test]
async fn a_refused_callback_is_tried_again_and_holds_up_no_other() {
    let mut world = World::with(|config| {
        config.callbacks.read = None;
        config.callbacks.retries.first_pause = Duration::from_millis(300);
        config.callbacks.retries.longest_pause = Duration::from_millis(300);
    })
    .await;
    world.customer_writes(&ada()).await;
    world.receiver.answer(&[503]);
    world.send(text("Hi")).await;
    assert_eq!(world.receiver.statuses(3).await, ["sent", "delivered", "sent"]);
    world.sandbox.settled().await;
    let counts = world.sandbox.callbacks();
    assert_eq!((counts.delivered, counts.failed_attempts, counts.given_up), (3, 1, 0));
}

#[tokio::test]
async fn a_callback_is_given_up_after_its_last_attempt() {
    let mut world = World::with(|config| config.callbacks.read = None).await;
    world.customer_writes(&ada()).await;
    world.receiver.answer(&[500; 6]);
    world.send(text("Hi")).await;
    world.sandbox.settled().await;
    assert_eq!(world.sandbox.callbacks().given_up, 2);
    assert_eq!(world.receiver.rest(), 6, "three attempts each");
}

#[tokio::test]
async fn a_full_backlog_drops_and_counts() {
    let mut world = World::with(|config| config.callbacks.backlog = 2).await;
    world.customer_writes(&ada()).await;
    world.send(text("three statuses do not fit")).await;
    world.sandbox.settled().await;
    assert_eq!(world.receiver.rest(), 0);
    assert_eq!(world.sandbox.callbacks().dropped, 3);
}
