//! Webhook subscriptions.

use plugin_sdk::testing::MockHost;
use plugin_sdk::{ErrorKind, Setup};
use serde_json::{Map, Value, json};
use signalbox_shopify::Shopify;
use signalbox_shopify::setup::TOPICS;

use crate::support::{asked, data, shop};

const URL: &str = "https://signalbox.example.com/hooks/e1";

fn id(topic: &str) -> String {
    format!("gid://shopify/WebhookSubscription/{}", 1_000 + TOPICS.iter().position(|known| *known == topic).unwrap())
}

/// A page of subscriptions of these topics to `uri`.
fn page(topics: &[&str], uri: &str, more: bool) -> Value {
    let nodes: Vec<Value> = topics.iter().map(|topic| json!({"id": id(topic), "topic": topic, "uri": uri})).collect();
    data(&json!({"webhookSubscriptions": {"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": "c1"}}}))
}

fn created(topics: &[&str]) -> Map<String, Value> {
    let answers = topics.iter().enumerate().map(|(index, topic)| {
        (format!("s{index}"), json!({"webhookSubscription": {"id": id(topic)}, "userErrors": []}))
    });
    answers.collect()
}

fn refused(message: &str) -> Value {
    json!({"webhookSubscription": null, "userErrors": [{"field": ["topic"], "message": message}]})
}

fn subscriptions(registration: &Value) -> Vec<&str> {
    registration["subscriptions"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

#[test]
fn every_topic_is_subscribed_in_one_call() {
    let elsewhere = page(&["ORDERS_CREATE"], "https://other.example.com/hooks", false);
    let host = MockHost::new().json(200, &elsewhere).json(200, &data(&created(&TOPICS).into()));
    let registration = Shopify::subscribe(&shop(), &host, URL).unwrap();
    assert_eq!(subscriptions(&registration).len(), TOPICS.len());
    let (document, variables) = asked(&host.requests()[1]);
    assert!(TOPICS.iter().all(|topic| document.contains(&format!("(topic: {topic},"))));
    assert_eq!(variables, json!({"subscription": {"uri": URL, "format": "JSON"}}));
}

#[test]
fn what_is_there_is_kept() {
    let (some, others) = TOPICS.split_at(5);
    let host = MockHost::new()
        .json(200, &page(&some[..2], URL, true))
        .json(200, &page(&some[2..], URL, false))
        .json(200, &data(&created(others).into()));
    let registration = Shopify::subscribe(&shop(), &host, URL).unwrap();
    assert_eq!(subscriptions(&registration).len(), TOPICS.len());
    let requests = host.requests();
    assert_eq!(asked(&requests[1]).1["after"], "c1");
    let (document, _) = asked(&requests[2]);
    assert!(some.iter().all(|topic| !document.contains(&format!("(topic: {topic},"))));

    let host = MockHost::new().json(200, &page(&TOPICS, URL, false));
    assert_eq!(subscriptions(&Shopify::subscribe(&shop(), &host, URL).unwrap()).len(), TOPICS.len());
    assert_eq!(host.requests().len(), 1, "nothing is left to create");
}

#[test]
fn somebody_else_may_have_subscribed_meanwhile() {
    let mut answers = created(&TOPICS);
    answers.insert("s0".to_owned(), refused("Address for this topic has already been taken"));
    let host = MockHost::new()
        .json(200, &page(&[], URL, false))
        .json(200, &data(&answers.into()))
        .json(200, &page(&TOPICS, URL, false));
    assert_eq!(subscriptions(&Shopify::subscribe(&shop(), &host, URL).unwrap()).len(), TOPICS.len());
}

#[test]
fn a_refused_topic_is_for_an_admin() {
    let mut answers = created(&TOPICS);
    answers.insert("s10".to_owned(), refused("You cannot create a webhook subscription with the specified topic"));
    let granted: Vec<&str> = TOPICS.into_iter().filter(|topic| *topic != TOPICS[10]).collect();
    let host = MockHost::new()
        .json(200, &page(&[], URL, false))
        .json(200, &data(&answers.into()))
        .json(200, &page(&granted, URL, false));
    let error = Shopify::subscribe(&shop(), &host, URL).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidConfig);
    assert!(error.message.contains("CUSTOMERS_CREATE: You cannot create"), "{}", error.message);
}

#[test]
fn an_address_that_shopify_does_not_send_to_is_said_once() {
    let reason = "Address protocol http:// is not supported";
    let answers: Map<String, Value> = (0..TOPICS.len()).map(|index| (format!("s{index}"), refused(reason))).collect();
    let host = MockHost::new()
        .json(200, &page(&[], URL, false))
        .json(200, &data(&answers.into()))
        .json(200, &page(&[], URL, false));
    let error = Shopify::subscribe(&shop(), &host, "http://example.com").unwrap_err();
    assert_eq!((error.kind, error.message.matches(reason).count()), (ErrorKind::InvalidConfig, 1));
}

#[test]
fn a_registration_is_taken_back_and_what_is_gone_is_no_error() {
    let registration = json!({"subscriptions": [id("ORDERS_CREATE"), id("CARTS_CREATE")]});
    let gone = json!({"userErrors": [{"field": ["id"], "message": "Webhook subscription does not exist"}]});
    let deleted = data(&json!({"d0": {"userErrors": []}, "d1": gone}));
    let host = MockHost::new().json(200, &deleted).json(200, &page(&["ORDERS_PAID"], URL, false));
    Shopify::unsubscribe(&shop(), &host, &registration).unwrap();
    let (document, variables) = asked(&host.requests()[0]);
    assert!(
        document.starts_with("mutation($i0: ID! $i1: ID! ) { d0: webhookSubscriptionDelete(id: $i0)"),
        "{document}"
    );
    assert_eq!(variables, json!({"i0": id("ORDERS_CREATE"), "i1": id("CARTS_CREATE")}));

    let host = MockHost::new().json(200, &deleted).json(200, &page(&["CARTS_CREATE"], URL, false));
    assert_eq!(Shopify::unsubscribe(&shop(), &host, &registration).unwrap_err().kind, ErrorKind::Internal);
    let host = MockHost::new().json(200, &data(&json!({"d0": {"userErrors": []}, "d1": {"userErrors": []}})));
    Shopify::unsubscribe(&shop(), &host, &registration).unwrap();
    assert_eq!(host.requests().len(), 1, "nothing is left to ask");
    Shopify::unsubscribe(&shop(), &MockHost::new(), &json!({"subscriptions": []})).unwrap();
}
