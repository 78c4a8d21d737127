//! What arrives: once, in order, kept whatever it is.

use crate::harness::{Deployment, Number, Plan, Shop, eventually, in_every_deployment};
use sandbox::traffic::{Customer, Inbound};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::task::JoinSet;

in_every_deployment! { a_thousand_copies_are_one_message numbered_messages_keep_their_order }

async fn a_thousand_copies_are_one_message(deployment: Deployment) {
    let shop = Shop::open(&deployment, "copies").await;
    let answer_once = json!({
        "trigger": { "type": "message_created" },
        "actions": [{ "type": "send_message", "text": "Once" }],
    });
    shop.rule("Answer", answer_once).await;
    let inbound = Inbound::text(Customer::with_phone("4915155500001", "Ada"), "Only once, please");
    let delivery = shop.delivery(&inbound).await;

    let mut posts = JoinSet::new();
    for _ in 0..1000 {
        let delivery = delivery.clone();
        posts.spawn(async move { delivery.post().await });
    }
    let mut answers = BTreeMap::<_, usize>::new();
    while let Some(answer) = posts.join_next().await {
        *answers.entry(answer.unwrap()).or_default() += 1;
    }
    assert_eq!(answers, BTreeMap::from([(Some(200), 1000)]));

    let conversation = shop.conversation().await;
    let messages = shop.messages_when(&conversation, 2).await;
    let reply = messages[1]["id"].as_str().unwrap();
    shop.message_when(&conversation, reply, "read").await;
    let counts = shop.count_by(&deployment, "SELECT direction FROM messages").await;
    assert_eq!(counts, BTreeMap::from([("inbound".to_owned(), 1), ("outbound".to_owned(), 1)]));
    assert_eq!(deployment.simulator.requests_for(&shop.number, reply).await.len(), 1);
}

async fn numbered_messages_keep_their_order(deployment: Deployment) {
    let shop = Shop::open(&deployment, "order").await;
    let ada = Customer::with_phone("4915155500002", "Ada");
    let expected: Vec<String> = (1..=20).map(|number| format!("Message {number}")).collect();
    for text in &expected {
        shop.hears(&ada, text).await;
    }
    let conversation = shop.conversation().await;
    let messages = shop.messages_when(&conversation, 20).await;
    let texts: Vec<&str> = messages.iter().map(|message| message["content"]["text"].as_str().unwrap()).collect();
    assert_eq!(texts, expected);
    assert_eq!(shop.conversation().await["last_message"]["preview"], "Message 20");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_signed_is_kept() {
    let deployment = Deployment::planned(Plan::default()).await;
    let shop = Shop::open(&deployment, "keeper").await;
    let ada = Customer::with_phone("4915155500003", "Ada");

    // Not the provider's: refused, and nothing is stored.
    let forged = shop.delivery(&Inbound::text(ada.clone(), "Forged")).await.forged();
    assert_eq!(forged.post().await, Some(401));
    let nowhere = deployment.simulator.webhook_of_bytes(deployment.webhook_url("AAAAAAAAAAAAAAAAAAAA"), "x", b"{}");
    assert_eq!(nowhere.post().await, Some(404));
    assert_eq!(shop.count_by(&deployment, "SELECT outcome FROM deliveries").await, BTreeMap::new());

    // The provider's, but nonsense: taken, and shown as failed with the reason.
    let nonsense =
        deployment.simulator.webhook_of_bytes(&shop.webhook_url, &shop.number.app_secret, b"{\"entry\": [1, ");
    assert_eq!(nonsense.post().await, Some(200));
    let failed = eventually("the delivery has failed", async || {
        let page = shop.tenant.admin.get("/api/v1/deliveries?outcome=failed").await.ok();
        page["items"].as_array().unwrap().first().cloned().ok_or(page)
    })
    .await;
    assert!(!failed["reason"].as_str().unwrap().is_empty(), "{failed:#}");

    // Sent again by an operator, a delivery changes nothing.
    shop.hears(&ada, "Once").await;
    let conversation = shop.conversation().await;
    let before = shop.messages_when(&conversation, 1).await;
    let processed = eventually("the delivery is processed", async || {
        let page = shop.tenant.admin.get("/api/v1/deliveries?outcome=processed").await.ok();
        page["items"].as_array().unwrap().first().cloned().ok_or(page)
    })
    .await;
    let path = format!("/api/v1/deliveries/{}", processed["id"].as_str().unwrap());
    shop.tenant.admin.post(&format!("{path}/replay"), &json!({})).await.ok();
    eventually("the delivery is processed again", async || {
        let again = shop.tenant.admin.get(&path).await.ok();
        let is_again = again["outcome"] == "processed" && again["processed_at"] != processed["processed_at"];
        if is_again { Ok(()) } else { Err(again) }
    })
    .await;
    assert_eq!(shop.messages(&conversation).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_for_an_unknown_account_waits_for_its_connection() {
    let deployment = Deployment::planned(Plan::default()).await;
    let shop = Shop::open(&deployment, "first").await;
    let second = shop.number.of_same_app();
    deployment.simulator.register(&shop.webhook_url, &[&shop.number, &second]).await;
    let ada = Customer::with_phone("4915155500004", "Ada");
    for text in ["Is this your new number?", "Hello?"] {
        deployment.simulator.write(&second, &Inbound::text(ada.clone(), text)).await;
    }
    assert_eq!(shop.conversations().await, [] as [Value; 0]);

    connect(&shop, &second).await;
    let conversation = shop.conversation().await;
    let texts: Vec<Value> =
        shop.messages_when(&conversation, 2).await.iter().map(|message| message["content"]["text"].clone()).collect();
    assert_eq!(texts, ["Is this your new number?", "Hello?"]);
    let reply = shop.reply(&conversation, "Yes!").await;
    shop.message_when(&conversation, &reply, "read").await;
    assert_eq!(deployment.simulator.requests_for(&second, &reply).await.len(), 1, "it goes out over that number");
}

/// Connects another number of the shop's app at its endpoint.
async fn connect(shop: &Shop, number: &Number) {
    let first = shop.tenant.admin.get(&format!("/api/v1/connections/{}", shop.connection)).await.ok();
    let new = json!({
        "plugin_id": "whatsapp", "name": "Second", "settings": number.settings(), "endpoint_id": first["endpoint_id"],
    });
    shop.tenant.admin.post("/api/v1/connections", &new).await.ok();
}
