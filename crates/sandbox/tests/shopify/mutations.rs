//! What can be changed.

use crate::world::{Answer, ORDER, TOKEN, World};
use serde_json::{Value, json};

const REFUND: &str = r"
mutation($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id note totalRefundedSet { shopMoney { amount } } refundLineItems(first: 5) { nodes { quantity restockType } }
      transactions(first: 5) { nodes { kind parentTransaction { id } } } }
    order { displayFinancialStatus totalRefundedSet { shopMoney { amount } } }
    userErrors { field message }
  }
}";
const LINE: &str = "gid://shopify/LineItem/9071000000001000002";

/// One of two lamps, with this amount.
fn one_lamp(amount: &str) -> Value {
    json!({
        "orderId": ORDER,
        "note": "Broken",
        "refundLineItems": [{ "lineItemId": LINE, "quantity": 1, "restockType": "RETURN" }],
        "transactions": [{
            "orderId": ORDER,
            "parentId": "gid://shopify/OrderTransaction/9072000000001000002",
            "gateway": "shopify_payments",
            "kind": "REFUND",
            "amount": amount,
        }],
    })
}

async fn refund(world: &World, input: Value, key: &str) -> Answer {
    world.ask(REFUND, json!({ "input": input, "key": key })).await
}

#[tokio::test]
async fn a_refund_is_made_once_for_each_key() {
    let world = World::start().await;
    let first = refund(&world, one_lamp("84.50"), "key-1").await.json["data"]["refundCreate"].clone();
    assert_eq!(first["userErrors"], json!([]));
    assert_eq!(first["refund"]["totalRefundedSet"]["shopMoney"]["amount"], "84.5");
    assert_eq!(first["order"]["displayFinancialStatus"], "PARTIALLY_REFUNDED");
    let again = refund(&world, one_lamp("84.50"), "key-1").await.json["data"]["refundCreate"].clone();
    assert_eq!(again["refund"]["id"], first["refund"]["id"]);
    assert_eq!(again["order"]["totalRefundedSet"]["shopMoney"]["amount"], "84.5", "no money went twice");
    let other = refund(&world, one_lamp("1.00"), "key-1").await;
    assert!(other.json["errors"][0]["message"].as_str().unwrap().contains("idempotency key"), "{}", other.json);
    let second = refund(&world, one_lamp("84.50"), "key-2").await.json["data"]["refundCreate"].clone();
    assert_ne!(second["refund"]["id"], first["refund"]["id"]);
}

#[tokio::test]
async fn since_2026_04_a_refund_needs_a_key() {
    let world = World::start().await;
    let bare =
        "mutation($input: RefundInput!) { refundCreate(input: $input) { refund { id } userErrors { message } } }";
    let variables = json!({ "input": one_lamp("84.50") });
    let refused = world.ask(bare, variables.clone()).await;
    assert_eq!((refused.status, refused.code()), (200, "BAD_REQUEST"));
    assert_eq!(refused.json["data"], json!({ "refundCreate": null }));
    let before = world.ask_version("2026-01", TOKEN, bare, variables).await;
    assert_eq!(before.json["data"]["refundCreate"]["userErrors"], json!([]));
}

#[tokio::test]
async fn a_refund_that_makes_no_sense_has_user_errors_and_changes_nothing() {
    let world = World::start().await;
    let change = |path: &str, value: Value| {
        let mut input = one_lamp("84.50");
        *input.pointer_mut(path).unwrap() = value;
        input
    };
    let inputs = [
        change("/orderId", json!("gid://shopify/Order/1")),
        change("/refundLineItems/0/lineItemId", json!("gid://shopify/LineItem/1")),
        change("/refundLineItems/0/quantity", json!(3)),
        change("/refundLineItems/0/quantity", json!(0)),
        change("/refundLineItems/0", {
            let mut line = one_lamp("84.50")["refundLineItems"][0].clone();
            line["locationId"] = json!("gid://shopify/Location/7901");
            line
        }),
        change("/transactions/0/amount", json!("1000.00")),
        change("/transactions/0/amount", json!("0")),
        change("/transactions/0/amount", json!("eighty")),
        change("/transactions/0/parentId", json!("gid://shopify/OrderTransaction/1")),
        change("/transactions/0/gateway", json!("cash")),
        change("/transactions/0/kind", json!("SALE")),
        json!({ "orderId": ORDER }),
    ];
    for (number, input) in inputs.into_iter().enumerate() {
        let answer = refund(&world, input.clone(), &format!("key-{number}")).await;
        let payload = &answer.json["data"]["refundCreate"];
        assert_eq!(payload["refund"], Value::Null, "{input}");
        assert!(payload["userErrors"][0]["message"].is_string(), "{input}: {}", answer.json);
    }
    let order =
        world.data("query($id: ID!) { order(id: $id) { displayFinancialStatus } }", json!({ "id": ORDER })).await;
    assert_eq!(order["order"]["displayFinancialStatus"], "PAID");
}

#[tokio::test]
async fn an_order_is_cancelled_once_and_not_after_it_was_sent() {
    let world = World::start().await;
    let cancel = r"
      mutation($id: ID!) {
        orderCancel(orderId: $id, reason: CUSTOMER, restock: true, refundMethod: { originalPaymentMethodsRefund: true }) {
          job { id done } orderCancelUserErrors { field message code } userErrors { message }
        }
      }";
    let run = async |id: &str| world.data(cancel, json!({ "id": id })).await["orderCancel"].clone();
    let done = run(ORDER).await;
    assert_eq!((&done["job"]["done"], &done["orderCancelUserErrors"]), (&json!(true), &json!([])));
    let order = "query($id: ID!) { order(id: $id) { cancelledAt cancelReason displayFinancialStatus currentTotalPriceSet { shopMoney { amount } } } }";
    let order = world.data(order, json!({ "id": ORDER })).await["order"].clone();
    assert_eq!((&order["cancelReason"], &order["displayFinancialStatus"]), (&json!("CUSTOMER"), &json!("REFUNDED")));
    assert_eq!(order["currentTotalPriceSet"]["shopMoney"]["amount"], "0.0");
    assert_eq!(run(ORDER).await["orderCancelUserErrors"][0]["code"], "INVALID");
    assert_eq!(run("gid://shopify/Order/9070000000001000001").await["orderCancelUserErrors"][0]["code"], "INVALID");
    assert_eq!(run("gid://shopify/Order/1").await["orderCancelUserErrors"][0]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn tags_are_added_without_regard_to_case_and_removed() {
    let world = World::start().await;
    let id = "gid://shopify/Customer/9050000000001000002";
    let change = async |name: &str, id: &str, tags: Value| {
        let query = format!(
            "mutation($id: ID!, $tags: [String!]!) {{ {name}(id: $id, tags: $tags) {{ node {{ id ... on Customer {{ tags }} }} userErrors {{ field message }} }} }}"
        );
        world.data(&query, json!({ "id": id, "tags": tags })).await[name].clone()
    };
    let added = change("tagsAdd", id, json!(["VIP", "refunded, angry"])).await;
    assert_eq!(added["node"]["tags"], json!(["angry", "refunded", "vip", "wholesale"]));
    let removed = change("tagsRemove", id, json!(["ANGRY", "new"])).await;
    assert_eq!(removed["node"]["tags"], json!(["refunded", "vip", "wholesale"]));
    assert_eq!(
        change("tagsAdd", "gid://shopify/Customer/1", json!(["x"])).await["userErrors"][0]["field"],
        json!(["id"])
    );
    assert_eq!(change("tagsAdd", id, json!(["x".repeat(41)])).await["userErrors"][0]["field"], json!(["tags"]));
}
