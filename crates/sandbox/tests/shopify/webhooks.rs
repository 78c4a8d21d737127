//! What a shop reports, signed and repeated.

use crate::receiver::Received;
use crate::world::{ORDER, SECRET, SHOP, World};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use signalbox_sandbox::shopify::TOPICS;

const PATH: &str = "/shops/lamps.myshopify.com/webhooks";

/// Checks a signature without the crate's own code.
fn is_signed(webhook: &Received, header: &str, secret: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&webhook.raw);
    STANDARD.decode(webhook.header(header)).is_ok_and(|signature| mac.verify_slice(&signature).is_ok())
}

async fn subscribe(world: &World, topic: &str, more: Value) -> Value {
    let query = r"
      mutation($topic: WebhookSubscriptionTopic!, $input: WebhookSubscriptionInput!) {
        webhookSubscriptionCreate(topic: $topic, webhookSubscription: $input) {
          webhookSubscription { id topic uri format apiVersion { handle } } userErrors { field message }
        }
      }";
    let mut input = json!({ "uri": world.receiver.url });
    input.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    world.data(query, json!({ "topic": topic, "input": input })).await["webhookSubscriptionCreate"].clone()
}

#[tokio::test]
async fn every_topic_is_delivered_signed_with_all_its_headers() {
    let mut world = World::start().await;
    let url = world.receiver.url.clone();
    for topic in TOPICS.into_iter().filter(|topic| *topic != "refunds/create") {
        let sent = world.control(Method::POST, PATH, json!({ "topic": topic, "url": url })).await.json;
        assert_eq!(sent["deliveries"][0]["status"], 200, "{topic}: {sent}");
        let webhook = world.receiver.next().await;
        assert!(is_signed(&webhook, "x-shopify-hmac-sha256", SECRET), "{topic}");
        assert_eq!(webhook.uri, "/hook");
        assert_eq!((webhook.header("x-shopify-topic"), webhook.header("x-shopify-shop-domain")), (topic, SHOP));
        assert_eq!(webhook.header("x-shopify-webhook-id"), sent["deliveries"][0]["webhook_id"]);
        assert_eq!(webhook.header("x-shopify-event-id"), sent["event_id"]);
        assert!(
            !webhook.header("x-shopify-triggered-at").is_empty() && !webhook.header("x-shopify-api-version").is_empty()
        );
        assert!(webhook.headers.keys().all(|name| !name.as_str().starts_with("shopify-")), "{topic}");
        assert!(webhook.json().is_object());
    }
}

#[tokio::test]
async fn the_second_family_of_headers_comes_alone_or_beside_the_first() {
    let mut world = World::start().await;
    let url = world.receiver.url.clone();
    let mut play = async |family: &str| {
        let body = json!({ "topic": "orders/create", "url": url, "family": family, "secret": "before the rotation" });
        world.control(Method::POST, PATH, body).await;
        world.receiver.next().await
    };
    let events = play("events").await;
    assert!(is_signed(&events, "shopify-hmac-sha256", "before the rotation"));
    assert_eq!((events.header("shopify-action"), events.header("x-shopify-topic")), ("create", ""));
    assert_eq!(events.header("shopify-resource-id"), "gid://shopify/Order/9070000000001000001");
    let both = play("both").await;
    assert_eq!(both.header("shopify-hmac-sha256"), both.header("x-shopify-hmac-sha256"));
}

#[tokio::test]
async fn bodies_have_exact_ids_money_as_text_and_shopifys_escapes() {
    let mut world = World::start().await;
    let body = json!({ "topic": "orders/create", "url": world.receiver.url, "id": 9_070_000_000_001_000_001_u64 });
    world.control(Method::POST, PATH, body).await;
    let webhook = world.receiver.next().await;
    let raw = std::str::from_utf8(&webhook.raw).unwrap();
    assert!(raw.contains(r#""id":9070000000001000001"#) && raw.contains(r"gid:\/\/shopify\/Order\/"), "{raw}");
    let order = webhook.json();
    assert_eq!((&order["total_price"], &order["note"]), (&json!("44.80"), &json!("Bitte klingeln / nicht werfen!")));
    assert_eq!(order["customer"]["id"].as_u64(), Some(9_050_000_000_001_000_001));
}

#[tokio::test]
async fn a_change_through_the_api_reaches_those_who_subscribed() {
    let mut world = World::start().await;
    assert_eq!(
        subscribe(&world, "ORDERS_UPDATED", json!({ "includeFields": ["id", "tags"] })).await["userErrors"],
        json!([])
    );
    assert_eq!(subscribe(&world, "CUSTOMERS_UPDATE", Value::Null).await["userErrors"], json!([]));
    let tag = "mutation($id: ID!) { tagsAdd(id: $id, tags: [\"refund\"]) { userErrors { message } } }";
    world.data(tag, json!({ "id": ORDER })).await;
    let webhook = world.receiver.next().await;
    assert_eq!(webhook.header("x-shopify-topic"), "orders/updated");
    assert!(is_signed(&webhook, "x-shopify-hmac-sha256", SECRET));
    assert_eq!(webhook.json(), json!({ "id": 9_070_000_000_001_000_002_u64, "tags": "refund" }));
    world.data(tag, json!({ "id": ORDER })).await;
    world.sandbox.settled().await;
    assert_eq!(world.receiver.rest(), 0, "the tag was there already");
}

#[tokio::test]
async fn subscriptions_are_listed_deleted_and_not_made_twice() {
    let world = World::start().await;
    let made = subscribe(&world, "ORDERS_CREATE", Value::Null).await["webhookSubscription"].clone();
    assert_eq!((&made["uri"], &made["apiVersion"]["handle"]), (&json!(world.receiver.url), &json!("2026-10")));
    assert_eq!(
        subscribe(&world, "ORDERS_CREATE", Value::Null).await["userErrors"][0]["field"],
        json!(["webhookSubscription", "callbackUrl"])
    );
    assert!(
        subscribe(&world, "ORDERS_PAID", json!({ "uri": "http://hooks.example.com/" })).await["webhookSubscription"]
            .is_null()
    );
    let list = "{ webhookSubscriptions(first: 5, topics: [ORDERS_CREATE]) { nodes { id } } }";
    assert_eq!(world.data(list, Value::Null).await["webhookSubscriptions"]["nodes"], json!([{ "id": made["id"] }]));
    let delete = "mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { message } } }";
    let deleted = world.data(delete, json!({ "id": made["id"] })).await;
    assert_eq!(deleted["webhookSubscriptionDelete"]["deletedWebhookSubscriptionId"], made["id"]);
    let again = world.data(delete, json!({ "id": made["id"] })).await;
    assert!(again["webhookSubscriptionDelete"]["userErrors"][0]["message"].is_string());
}

#[tokio::test]
async fn a_failed_delivery_is_repeated_with_the_same_ids() {
    let mut world = World::start().await;
    world.receiver.answer(&[500, 302]);
    let sent =
        world.control(Method::POST, PATH, json!({ "topic": "shop/redact", "url": world.receiver.url })).await.json;
    assert_eq!(sent["deliveries"][0]["status"], 500);
    let (first, second, third) =
        (world.receiver.next().await, world.receiver.next().await, world.receiver.next().await);
    for again in [&second, &third] {
        assert_eq!(again.raw, first.raw);
        assert_eq!(again.headers, first.headers);
    }
    world.sandbox.settled().await;
    assert_eq!(world.sandbox.callbacks().delivered, 1);
}

#[tokio::test]
async fn a_purchase_is_reported_and_in_the_shop() {
    let mut world = World::start().await;
    subscribe(&world, "ORDERS_CREATE", Value::Null).await;
    let buy = |phone: &str, variant: u64| json!({ "customer": { "first_name": "Noor", "phone": phone }, "lines": [{ "variant": variant, "quantity": 2 }] });
    let path = "/shops/lamps.myshopify.com/orders";
    let (vase, known, fresh) = (9_060_000_000_002_000_001, "+15555550102", "+31655550123");
    for (number, phone, customers) in [("#1004", known, 3), ("#1005", fresh, 4), ("#1006", fresh, 4)] {
        let bought = world.control(Method::POST, path, buy(phone, vase)).await.json;
        assert_eq!((&bought["name"], &bought["sent"]["deliveries"][0]["status"]), (&json!(number), &json!(200)));
        let webhook = world.receiver.next().await;
        assert!(is_signed(&webhook, "x-shopify-hmac-sha256", SECRET));
        let order = webhook.json();
        assert_eq!((&order["id"], &order["phone"]), (&bought["order"], &json!(phone)));
        assert_eq!((&order["total_price"], &order["financial_status"]), (&json!("84.70"), &json!("paid")));
        assert_eq!(order["customer"]["id"], bought["customer"]);
        let look = world.control(Method::GET, "/shops/lamps.myshopify.com", Value::Null).await.json;
        assert_eq!(look["customers"].as_array().unwrap().len(), customers);
    }
    let by_phone = "{ customers(first: 5, query: \"phone:+31655550123\") { nodes { numberOfOrders } } }";
    let found = world.data(by_phone, Value::Null).await;
    assert_eq!(found["customers"]["nodes"], json!([{ "numberOfOrders": "2" }]));
    assert_eq!(world.control(Method::POST, path, buy(known, 1)).await.status, 400);
}

#[tokio::test]
async fn what_cannot_be_reported_is_an_error_of_the_control_api() {
    let world = World::start().await;
    for (body, status) in [
        (json!({ "topic": "orders/eaten", "url": world.receiver.url }), 400),
        (json!({ "topic": "orders/create" }), 400),
        (json!({ "topic": "orders/create", "colour": "red" }), 422),
    ] {
        assert_eq!(world.control(Method::POST, PATH, body.clone()).await.status, status, "{body}");
    }
    let look = world.control(Method::GET, "/shops/lamps.myshopify.com", Value::Null).await.json;
    assert_eq!(look["orders"].as_array().unwrap().len(), 3);
}
