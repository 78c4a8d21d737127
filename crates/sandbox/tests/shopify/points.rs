//! What requests cost, and what happens when nothing is left.

use crate::world::World;
use chrono::TimeDelta;
use serde_json::{Value, json};

const PAGE: &str =
    "{ orders(first: 10) { nodes { id customer { id } lineItems(first: 5) { edges { node { id } } } } } }";

#[tokio::test]
async fn a_request_is_priced_by_what_it_may_find_and_paid_by_what_it_found() {
    let world = World::start().await;
    let answer = world.ask(PAGE, Value::Null).await;
    // 2 for the connection and, for each of ten orders, 1 and 1 for the customer and 2 + 5 for the lines.
    assert_eq!(answer.cost("requestedQueryCost"), 2 + 10 * (1 + 1 + 2 + 5));
    // Three orders, with four lines in all.
    assert_eq!(answer.cost("actualQueryCost"), 2 + 3 * (1 + 1 + 2) + 4);
    let status = &answer.json["extensions"]["cost"]["throttleStatus"];
    assert_eq!((&status["maximumAvailable"], &status["restoreRate"]), (&json!(2000.0), &json!(100.0)));
    assert_eq!(status["currentlyAvailable"], json!(2000.0 - 18.0));
    let missing = world.ask("{ order(id: \"gid://shopify/Order/1\") { customer { id } } }", Value::Null).await;
    assert_eq!((missing.cost("requestedQueryCost"), missing.cost("actualQueryCost")), (2, 1));
    let mutation = "mutation { tagsAdd(id: \"gid://shopify/Order/1\", tags: [\"x\"]) { userErrors { message } } }";
    assert_eq!(world.ask(mutation, Value::Null).await.cost("actualQueryCost"), 10);
}

#[tokio::test]
async fn fragments_and_variables_cost_what_they_stand_for() {
    let world = World::start().await;
    let query = "query($n: Int!) { orders(first: $n) { ...Page } } fragment Page on OrderConnection { nodes { ...One } } fragment One on Order { customer { id } }";
    assert_eq!(world.ask(query, json!({ "n": 20 })).await.cost("requestedQueryCost"), 2 + 20 * 2);
    let node = "{ node(id: \"gid://shopify/Order/7501\") { ... on Order { customer { id } shippingAddress { city } } ... on Product { id } } }";
    let answer = world.ask(node, Value::Null).await;
    assert_eq!((answer.cost("requestedQueryCost"), answer.cost("actualQueryCost")), (3, 3));
}

#[tokio::test]
async fn an_empty_bucket_throttles_with_200_and_fills_again() {
    let world = World::start().await;
    world.control(reqwest::Method::POST, "/shops/lamps.myshopify.com/throttle", json!({ "available": 50 })).await;
    let throttled = world.ask(PAGE, Value::Null).await;
    assert_eq!((throttled.status, throttled.code()), (200, "THROTTLED"));
    assert_eq!(throttled.json.get("data"), None);
    assert_eq!(throttled.json["extensions"]["cost"]["actualQueryCost"], Value::Null);
    assert_eq!(throttled.json["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"], json!(50.0));
    world.advance(TimeDelta::milliseconds(410));
    assert_eq!(world.ask(PAGE, Value::Null).await.code(), "THROTTLED", "91 of 92 points");
    world.advance(TimeDelta::milliseconds(10));
    assert!(world.ask(PAGE, Value::Null).await.json.get("errors").is_none());
}

#[tokio::test]
async fn one_request_may_not_cost_more_than_a_thousand_points() {
    let world = World::start().await;
    let query = "{ orders(first: 250) { nodes { lineItems(first: 10) { nodes { id } } } } }";
    let refused = world.ask(query, Value::Null).await;
    assert_eq!((refused.status, refused.code()), (200, "MAX_COST_EXCEEDED"));
    assert_eq!(refused.json["errors"][0]["extensions"]["cost"], 2 + 250 * 13);
}
