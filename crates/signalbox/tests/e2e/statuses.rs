//! What the provider reports of our messages: early, twice, backwards; a message only ever moves forward.

use crate::harness::{Deployment, Shop, in_every_deployment};
use sandbox::traffic::Customer;
use serde_json::{Value, json};

in_every_deployment! { reports_in_any_order_end_at_the_furthest }

async fn reports_in_any_order_end_at_the_furthest(deployment: Deployment) {
    let shop = Shop::open(&deployment, "reports").await;
    shop.hears(&Customer::with_phone("4915155510001", "Ada"), "Hello").await;
    let conversation = shop.conversation().await;
    for callbacks in ["early", "twice", "out_of_order"] {
        deployment.simulator.inject(&shop.number, json!({ "times": 1, "callbacks": callbacks })).await;
        let message = shop.reply(&conversation, callbacks).await;
        shop.message_when(&conversation, &message, "read").await;
        shop.settled_deliveries(&deployment).await;
        let message = shop.message_when(&conversation, &message, "read").await;
        let sent = deployment.simulator.requests_for(&shop.number, message["id"].as_str().unwrap()).await;
        assert_eq!(sent.len(), 1, "{callbacks}");
        assert_eq!(message["external_id"], sent[0]["wamid"], "{callbacks}");
        assert_eq!(message["error"], Value::Null);
    }

    // Accepted, and yet it could not be delivered.
    let undeliverable = json!({ "failed": {
        "code": 131_026, "title": "Message undeliverable", "details": "Message Undeliverable.",
    } });
    deployment.simulator.inject(&shop.number, json!({ "times": 1, "callbacks": { "instead": undeliverable } })).await;
    let message = shop.reply(&conversation, "Are you there?").await;
    let message = shop.message_when(&conversation, &message, "failed").await;
    assert_eq!(message["error"]["reason"], "undeliverable");
    assert_eq!(message["error"]["code"], "131026");

    // A person tries again; now its reports are those of the second send.
    let id = message["id"].as_str().unwrap();
    let path = format!("/api/v1/conversations/{}/messages/{id}/retry", conversation["id"].as_str().unwrap());
    shop.tenant.admin.post(&path, &json!({})).await.ok();
    let message = shop.message_when(&conversation, id, "read").await;
    let sent = deployment.simulator.requests_for(&shop.number, id).await;
    assert_eq!(sent.len(), 2);
    assert_eq!(message["external_id"], sent[1]["wamid"]);
}
