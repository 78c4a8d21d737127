//! Shopify.

use chrono::TimeDelta;
use plugin_sdk::{ErrorKind, Event, SenderId, Subject};
use sandbox::shopify::{Buyer, Item, Purchase, Shop, TOPICS, Webhook};
use serde_json::{Value, json};

use crate::receiver::{Receiver, SECRET};
use crate::world::{TOKEN, World, actions, caller, told};

const SHOP: &str = "lamps.myshopify.com";
/// Paid and not sent: two lamps and a vase, by a customer with a telephone number.
const ORDER: &str = "9070000000001000002";
/// Paid and sent.
const SENT_ORDER: &str = "9070000000001000001";
const WAREHOUSE: &str = "9090000000001000001";

async fn world() -> World {
    shop(|_| {}).await
}

async fn shop(change: impl FnOnce(&mut Shop)) -> World {
    let settings = json!({
        "shop": "lamps", "shop_domain": SHOP, "api_version": "2026-07", "restock_location_id": WAREHOUSE,
    });
    let world = World::start("shopify", settings).await;
    let mut shop = Shop::new(SHOP, "the-client-id", SECRET);
    shop.access_token = Some(TOKEN.into());
    change(&mut shop);
    world.sandbox.shopify().put(shop);
    world
}

/// All names and totals of found orders.
fn names(found: &Value) -> Vec<(&str, &str)> {
    let orders = found["orders"].as_array().unwrap().iter();
    orders.map(|order| (order["name"].as_str().unwrap(), order["total"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn every_action_of_the_manifest_is_tested_below() {
    let tested = json!([
        "commit_cancel",
        "commit_refund",
        "draft_cancel",
        "draft_refund",
        "find_orders",
        "find_products",
        "get_order",
        "tag_customer",
    ]);
    assert_eq!(actions(&world().await), tested);
}

#[tokio::test]
async fn the_connection_test_says_what_is_wrong() {
    let world = world().await;
    let report = world.plugin.check(&world.call()).await.unwrap();
    assert!(report.ok, "{report:?}");
    assert_eq!(report.account.unwrap().id, SHOP);

    let scoped = shop(|shop| shop.scopes = vec!["write_orders".to_owned(), "read_products".to_owned()]).await;
    assert_eq!(scoped.failed_checks().await, ["scope_read_customers", "scope_write_customers", "scope_read_locations"]);
    assert_eq!(shop(|_| {}).await.with_token("another").failed_checks().await, ["credentials"]);
    let mut elsewhere = shop(|_| {}).await;
    elsewhere.settings["shop"] = json!("vases");
    elsewhere.settings["shop_domain"] = json!("vases.myshopify.com");
    assert_eq!(elsewhere.failed_checks().await, ["shop"]);
    let mut untimely = shop(|_| {}).await;
    untimely.settings["api_version"] = json!("2028-01");
    assert_eq!(untimely.failed_checks().await, ["shop"]);
}

#[tokio::test]
async fn settings_have_choices_and_stay_as_they_are() {
    let world = world().await;
    assert_eq!(world.options("/restock_location_id", "").await, ["Warehouse"]);
    assert!(world.options("/restock_location_id", "attic").await.is_empty());
    assert_eq!(world.options("/api_version", "2026-").await, ["2026-10", "2026-07", "2026-04", "2026-01"]);
    let migrated = world.plugin.migrate_settings(&world.call(), "0.0.1").await.unwrap();
    assert_eq!(migrated, world.settings);
}

#[tokio::test]
async fn orders_are_found_by_address_and_by_telephone_number() {
    let world = world().await;
    let found = world.act("find_orders", json!({ "email": "maren@example.com" })).await.unwrap();
    assert_eq!(names(&found), [("#1001", "44.8")]);
    assert_eq!(found["orders"][0]["shipments"][0]["tracking_number"], "JD000000000000000001");
    let found = world.act("find_orders", json!({ "phone": "+1 555 555 0102", "limit": 15 })).await.unwrap();
    assert_eq!(names(&found), [("#1002", "218.8")]);
    let found = world.act("find_orders", json!({ "email": "nobody@example.com", "limit": 15 })).await.unwrap();
    assert_eq!(names(&found), []);

    let by_id = world.act("get_order", json!({ "id": ORDER })).await.unwrap();
    let by_name = world.act("get_order", json!({ "name": "#1002" })).await.unwrap();
    assert_eq!((&by_id, &by_id["id"]), (&by_name, &json!(ORDER)), "no digit is lost");
    let missing = world.act("get_order", json!({ "id": "1" })).await.unwrap_err();
    assert_eq!(missing.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn products_that_are_for_sale_are_found_by_words() {
    let world = world().await;
    let found = world.act("find_products", json!({ "words": "vase" })).await.unwrap();
    let vase = &found["products"][0];
    assert_eq!(
        (&vase["title"], &vase["stock"], &vase["min_price"]),
        (&json!("Vase «Ærø»"), &json!(12), &json!("39.9"))
    );
    assert_eq!(vase["image_url"], "https://cdn.example.com/vase-aero.jpg");
    assert_eq!(vase["url"], "https://lamps.myshopify.com/products/vase-aero");
    // Words, not operators; and a draft is nobody's business.
    for words in ["status:draft", "sunflowers", "vase -linen"] {
        let found = world.act("find_products", json!({ "words": words, "limit": 50 })).await.unwrap();
        assert_eq!(found["products"], json!([]), "{words}");
    }
}

#[tokio::test]
async fn a_customer_is_tagged() {
    let world = world().await;
    let change = json!({ "email": "jose@example.com", "add": ["asked twice"], "remove": ["VIP"] });
    let tagged = world.act("tag_customer", change).await.unwrap();
    assert_eq!(tagged, json!({ "customer_id": "9050000000001000002", "tags": ["asked twice", "wholesale"] }));
    let nobody = world.act("tag_customer", json!({ "phone": "+15555550199", "add": ["x"] })).await.unwrap_err();
    assert_eq!(nobody.kind, ErrorKind::NotFound);
    let objection = json!({ "customer_id": "1", "add": ["x"] });
    assert_eq!(world.act("tag_customer", objection).await.unwrap_err().kind, ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_refund_is_worked_out_first_and_made_once() {
    let world = world().await;
    let lamp = json!([{ "line_item_id": "9071000000001000002", "quantity": 1 }]);
    let wanted = json!({ "order_id": ORDER, "items": lamp, "restock": true, "note": "Broken" });
    let draft = world.act("draft_refund", wanted).await.unwrap();
    assert_eq!((&draft["amount"], &draft["currency"]), (&json!("84.5"), &json!("EUR")));
    let refunded = async || world.act("get_order", json!({ "id": ORDER })).await.unwrap()["refunded"].clone();
    assert_eq!(refunded().await, "0.0", "nothing is done by a draft");

    let commit = json!({ "token": draft["token"] });
    world.sandbox.shopify().throttle(SHOP, 5.0).unwrap();
    let throttled = world.act("commit_refund", commit.clone()).await.unwrap_err();
    assert_eq!(throttled.kind, ErrorKind::RateLimited);
    world.advance(TimeDelta::seconds(20));
    let done = world.act("commit_refund", commit.clone()).await.unwrap();
    assert_eq!((&done["amount"], &done["order_name"]), (&json!("84.5"), &json!("#1002")));
    assert_eq!(world.act("commit_refund", commit).await.unwrap(), done, "the same again is the same refund");
    assert_eq!(refunded().await, "84.5");

    // All that is left, and then nothing.
    let rest = world.act("draft_refund", json!({ "order_id": ORDER })).await.unwrap();
    assert_eq!(rest["amount"], "134.3");
    world.act("commit_refund", json!({ "token": rest["token"] })).await.unwrap();
    let nothing = world.act("draft_refund", json!({ "order_id": ORDER })).await.unwrap_err();
    assert_eq!((nothing.kind, nothing.code.as_deref()), (ErrorKind::InvalidInput, Some("nothing_to_refund")));
}

#[tokio::test]
async fn an_order_is_cancelled_once_unless_it_was_sent() {
    let world = world().await;
    let wanted = |order: &str| json!({ "order_id": order, "reason": "customer", "refund": true, "restock": true });
    let draft = world.act("draft_cancel", wanted(ORDER)).await.unwrap();
    assert_eq!(draft["amount"], "218.8");
    let commit = json!({ "token": draft["token"] });
    let done = world.act("commit_cancel", commit.clone()).await.unwrap();
    assert_eq!(world.act("commit_cancel", commit).await.unwrap(), done);
    let order = world.act("get_order", json!({ "id": ORDER })).await.unwrap();
    assert_eq!((&order["cancel_reason"], &order["financial_status"]), (&json!("customer"), &json!("refunded")));
    let again = world.act("draft_cancel", wanted(ORDER)).await.unwrap_err();
    assert_eq!(again.code.as_deref(), Some("cancelled_already"));

    let late = world.act("draft_cancel", wanted(SENT_ORDER)).await.unwrap();
    let refused = world.act("commit_cancel", json!({ "token": late["token"] })).await.unwrap_err();
    assert_eq!((refused.kind, refused.code.as_deref()), (ErrorKind::InvalidInput, Some("invalid")));
}

#[tokio::test]
async fn facts_about_a_customer_are_their_totals_and_orders() {
    let world = world().await;
    let facts = world.facts(&caller("+15555550102")).await.unwrap();
    assert_eq!(facts.iter().map(|fact| fact.0.as_str()).collect::<Vec<_>>(), ["shopify.customer", "shopify.order"]);
    assert!(facts[0].1.starts_with("José Álvarez: 1 order, 218.8 EUR in total"), "{facts:?}");
    assert!(facts[1].1.contains("2 × Lamp Älva, 1 × Vase «Ærø»"), "{facts:?}");
    let known = Subject { ids: vec![SenderId::new("shopify_customer", "7101")], ..Subject::default() };
    assert_eq!(world.facts(&known).await.unwrap().len(), 2);
    let by_address = Subject { email: Some("Maren@example.com".to_owned()), ..Subject::default() };
    assert_eq!(world.facts(&by_address).await.unwrap().len(), 2);
    assert!(world.facts(&caller("+15555550199")).await.unwrap().is_empty());
}

#[tokio::test]
async fn webhooks_are_subscribed_to_told_and_taken_back() {
    let mut receiver = Receiver::start().await;
    let fallback = receiver.url.parse().unwrap();
    let world = shop(|shop| shop.webhook_url = Some(fallback)).await;
    let registration = world.plugin.subscribe(&world.call(), &receiver.url).await.unwrap();
    assert_eq!(registration["subscriptions"].as_array().unwrap().len(), 13);
    let again = world.plugin.subscribe(&world.call(), &receiver.url).await.unwrap();
    assert_eq!(again, registration, "nothing is subscribed to twice");

    for topic in TOPICS.into_iter().filter(|topic| *topic != "refunds/create") {
        let sent = world.sandbox.shopify().send(SHOP, &Webhook::new(topic)).await.unwrap();
        assert_eq!(sent.deliveries.len(), 1, "{topic}");
        let (request, accounts) = receiver.next(world.plugin.manifest(), world.now()).await;
        assert_eq!(accounts, [SHOP]);
        let events = world.plugin.parse(&world.call(), request).await.unwrap();
        let Some(Event::Custom(event)) = events.last() else { panic!("{topic}: {events:?}") };
        assert_eq!(event.data["signalbox"]["topic"], topic, "{event:?}");
        let changes = events.iter().filter(|event| matches!(event, Event::Contact(_))).count();
        assert_eq!(changes, usize::from(["customers/create", "customers/update"].contains(&topic)), "{topic}");
    }

    world.plugin.unsubscribe(&world.call(), &registration).await.unwrap();
    world.plugin.unsubscribe(&world.call(), &registration).await.unwrap();
    let renewed = world.plugin.subscribe(&world.call(), &receiver.url).await.unwrap();
    assert_ne!(renewed, registration);
}

#[tokio::test]
async fn an_address_that_shopify_cannot_post_to_is_for_an_admin() {
    let world = world().await;
    let refused = world.plugin.subscribe(&world.call(), "http://signalbox.example.com/hooks/key").await.unwrap_err();
    let refused = told(&refused);
    assert_eq!(refused.kind, ErrorKind::InvalidConfig);
    assert!(refused.message.contains("http:// is not supported"), "{}", refused.message);
}

#[tokio::test]
async fn a_purchase_is_told_and_then_a_fact() {
    let mut receiver = Receiver::start().await;
    let world = world().await;
    world.plugin.subscribe(&world.call(), &receiver.url).await.unwrap();
    let buyer = Buyer {
        first_name: "Noor".to_owned(),
        last_name: "Bakker".to_owned(),
        email: None,
        phone: Some("+31655550123".to_owned()),
    };
    let purchase = Purchase { customer: buyer, lines: vec![Item { variant: 9_060_000_000_002_000_003, quantity: 1 }] };
    let bought = world.sandbox.shopify().buy(SHOP, &purchase).await.unwrap();
    assert_eq!((bought.name.as_str(), bought.sent.deliveries[0].status), ("#1004", Some(200)));

    let mut told = Vec::new();
    for _ in 0..3 {
        let (request, _) = receiver.next(world.plugin.manifest(), world.now()).await;
        told.extend(world.plugin.parse(&world.call(), request).await.unwrap());
    }
    let created = told.iter().find_map(|event| match event {
        Event::Custom(event) if event.name == "shopify.order_created" => Some(event),
        _ => None,
    });
    let created = created.unwrap_or_else(|| panic!("{told:?}"));
    assert_eq!(created.data["id"], bought.order.to_string());
    let sender = created.sender.as_ref().unwrap();
    assert_eq!((sender.phone.as_deref(), sender.name.as_deref()), (Some("+31655550123"), Some("Noor Bakker")));
    let facts = world.facts(&caller("+31655550123")).await.unwrap();
    assert!(facts[1].1.contains("89.4 EUR, paid, unfulfilled: 1 × Lamp Älva"), "{facts:?}");
}

#[tokio::test]
async fn trouble_says_what_can_be_done_about_it() {
    let world = world().await;
    let ask = async || world.act("find_orders", json!({ "email": "maren@example.com" })).await;
    world.sandbox.shopify().throttle(SHOP, 80.0).unwrap();
    let throttled = ask().await.unwrap_err();
    assert_eq!((throttled.kind, throttled.code.as_deref()), (ErrorKind::RateLimited, Some("throttled")));
    let wait = throttled.retry_after_ms.unwrap();
    world.advance(TimeDelta::milliseconds(wait.try_into().unwrap()));
    ask().await.expect("after the wait that the plugin asked for there are points enough");

    world.sandbox.shopify().expire_tokens(SHOP, false).unwrap();
    let expired = ask().await.unwrap_err();
    assert_eq!((expired.kind, expired.remote_status), (ErrorKind::AuthRequired, Some(401)));
    assert!(!format!("{expired:?}").contains(TOKEN));

    let forbidden = shop(|shop| shop.scopes = vec!["read_products".to_owned()]).await;
    let denied = forbidden.act("find_orders", json!({ "email": "maren@example.com" })).await.unwrap_err();
    assert_eq!(denied.kind, ErrorKind::PermissionDenied);
}
