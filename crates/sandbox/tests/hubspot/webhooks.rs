//! What an account reports, in both shapes.

use crate::receiver::Received;
use crate::world::{MAREN, SECRET, World};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

/// Checks a signature without the crate's own code.
fn is_signed(webhook: &Received, host: &str, uri: &str, secret: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("POSThttp://{host}{uri}").as_bytes());
    mac.update(&webhook.raw);
    mac.update(webhook.header("x-hubspot-request-timestamp").as_bytes());
    STANDARD.decode(webhook.header("x-hubspot-signature-v3")).is_ok_and(|it| mac.verify_slice(&it).is_ok())
}

async fn subscribed(subscriptions: &[&str]) -> World {
    World::with(|account, receiver| {
        account.webhook_url = Some(receiver.url.clone());
        account.subscriptions = subscriptions.iter().map(|it| (*it).to_owned()).collect();
    })
    .await
}

#[tokio::test]
async fn a_change_is_reported_in_each_shape_that_was_subscribed_to() {
    let mut world = subscribed(&["contact.propertyChange", "object.propertyChange", "contact.creation"]).await;
    let change = json!({
        "object_type": "contacts",
        "id": MAREN.parse::<u64>().unwrap(),
        "properties": { "lifecyclestage": "evangelist", "passport_number": "C01X00T47", "city": "Kiel" },
    });
    let sent = world.control(Method::POST, "/changes", change).await;
    assert_eq!(sent.json, json!({ "statuses": [200] }));
    let webhook = world.receiver.next().await;
    let host = webhook.header("host").to_owned();
    assert!(is_signed(&webhook, &host, "/hook", SECRET));
    let events = webhook.json();
    let events = events.as_array().unwrap();
    assert_eq!(events.len(), 4, "two properties in two shapes; the third did not change: {events:?}");
    let ids: std::collections::HashSet<_> = events.iter().map(|event| event["eventId"].to_string()).collect();
    assert_eq!(ids.len(), 1, "an event's id is not unique");
    let of = |kind: &str, name: &str| {
        events.iter().find(|it| it["subscriptionType"] == kind && it["propertyName"] == name).unwrap()
    };
    assert_eq!(of("contact.propertyChange", "lifecyclestage")["propertyValue"], "evangelist");
    assert_eq!(of("contact.propertyChange", "passport_number")["propertyValue"], "REDACTED");
    let generic = of("object.propertyChange", "lifecyclestage");
    assert_eq!((&generic["objectTypeId"], &generic["objectId"]), (&json!("0-1"), &json!(138_017_612_137_u64)));
    assert_eq!((&generic["portalId"], &generic["changeSource"]), (&json!(62_515), &json!("CRM_UI")));
}

#[tokio::test]
async fn what_the_api_changes_is_reported_too() {
    let mut world = subscribed(&["contact.creation", "object.deletion", "contact.propertyChange"]).await;
    let ada = json!({ "properties": { "email": "ada@example.com" } });
    let id = world.post("/crm/v3/objects/contacts", ada).await.json["id"].as_str().unwrap().to_owned();
    let event = world.receiver.next().await.json()[0].clone();
    assert_eq!(
        (&event["subscriptionType"], &event["changeSource"]),
        (&json!("contact.creation"), &json!("INTEGRATION"))
    );
    assert_eq!(event["objectId"].as_u64().unwrap().to_string(), id);
    world.delete(&format!("/crm/v3/objects/contacts/{id}")).await;
    assert_eq!(world.receiver.next().await.json()[0]["subscriptionType"], "object.deletion");
    world.patch(&format!("/crm/v3/objects/contacts/{MAREN}"), json!({ "properties": { "city": "Kiel" } })).await;
    world.sandbox.settled().await;
    assert_eq!(world.receiver.rest(), 0, "nothing changed");
}

#[tokio::test]
async fn arrays_hold_a_hundred_events_and_each_attempt_is_numbered_and_dated() {
    let mut world = subscribed(&[]).await;
    world.receiver.answer(&[500]);
    let event = json!({ "eventId": 1, "attemptNumber": 0, "portalId": 1, "text": "é 😀 <b>" });
    let events = vec![event; 101];
    let sent = world.control(Method::POST, "/webhooks", json!({ "events": events })).await;
    assert_eq!(sent.json["statuses"], json!([500, 200]));
    world.sandbox.settled().await;
    let (first, last, again) = (world.receiver.next().await, world.receiver.next().await, world.receiver.next().await);
    let count = |webhook: &Received| webhook.json().as_array().unwrap().len();
    let mut counts = [count(&first), count(&last), count(&again)];
    counts.sort_unstable();
    assert_eq!(counts, [1, 100, 100]);
    let repeated = [last, again].into_iter().find(|it| count(it) == 100).unwrap();
    assert_eq!((&first.json()[0]["attemptNumber"], &repeated.json()[0]["attemptNumber"]), (&json!(0), &json!(1)));
    let host = repeated.header("host").to_owned();
    assert!(is_signed(&first, &host, "/hook", SECRET) && is_signed(&repeated, &host, "/hook", SECRET));
}

#[tokio::test]
async fn a_url_is_signed_with_some_escapes_undone() {
    let mut world = World::start().await;
    let url = format!("{}?to=a%3Ab%2Fc%20d", world.receiver.url);
    let body = json!({ "events": [{ "eventId": 1 }], "url": url, "secret": "another" });
    assert_eq!(world.control(Method::POST, "/webhooks", body).await.json["statuses"], json!([200]));
    let webhook = world.receiver.next().await;
    let host = webhook.header("host").to_owned();
    assert_eq!(webhook.uri, "/hook?to=a%3Ab%2Fc%20d");
    assert!(is_signed(&webhook, &host, "/hook?to=a:b/c%20d", "another"));
    assert!(!is_signed(&webhook, &host, &webhook.uri, "another"));
}

#[tokio::test]
async fn behind_a_proxy_the_url_of_the_settings_is_signed() {
    let mut world = subscribed(&["contact.propertyChange"]).await;
    let (here, outside) = (world.receiver.url.clone(), "http://app.example.com/inbox".parse().unwrap());
    world.sandbox.hubspot().set_webhook_url(crate::world::HUB, here, Some(outside)).unwrap();
    world.patch(&format!("/crm/v3/objects/contacts/{MAREN}"), json!({ "properties": { "city": "Köln" } })).await;
    let webhook = world.receiver.next().await;
    assert!(is_signed(&webhook, "app.example.com", "/inbox", SECRET));
}

#[tokio::test]
async fn the_timestamp_is_the_clocks() {
    let mut world = subscribed(&[]).await;
    world.advance(TimeDelta::hours(1));
    world.control(Method::POST, "/webhooks", json!({ "events": [{}] })).await;
    assert_eq!(world.receiver.next().await.header("x-hubspot-request-timestamp"), "1795003600000");
    let nothing =
        world.control(Method::POST, "/changes", json!({ "object_type": "contacts", "id": 1, "properties": {} })).await;
    assert_eq!(nothing.status, 404);
    let bad = json!({ "object_type": "contacts", "properties": { "nickname": "x" } });
    assert_eq!(world.control(Method::POST, "/changes", bad).await.status, 400);
    let look = world.control(Method::GET, "", Value::Null).await.json;
    assert_eq!(look["contacts"].as_array().unwrap().len(), 3);
}
