//! What a provider does on a bad day, and what becomes of the message: tried again when it certainly was not taken,
//! never when it may have been.

use crate::harness::{Deployment, Plan, Shop, eventually, within};
use chrono::{DateTime, TimeDelta};
use sandbox::traffic::Customer;
use serde_json::{Value, json};
use std::time::Duration;

/// How long a plugin may wait for the provider here, so that a hanging provider does not make the test hang.
const PATIENCE_MS: u64 = 2_000;

async fn shop(slug: &str) -> (Deployment, Shop, Value) {
    let settings = vec![("SIGNALBOX_PLUGINS_WALL_MS", PATIENCE_MS.to_string())];
    let deployment = Deployment::planned(Plan { settings, ..Plan::default() }).await;
    let shop = Shop::open(&deployment, slug).await;
    shop.hears(&Customer::with_phone("4915155520001", "Ada"), "Hello").await;
    let conversation = shop.conversation().await;
    (deployment, shop, conversation)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_taken_is_sent_again() {
    let (deployment, shop, conversation) = shop("again").await;
    let provider = &deployment.simulator;

    // Not before the time that the provider names.
    provider.inject(&shop.number, json!({ "times": 1, "answer": { "rate_limited": { "retry_after": 3 } } })).await;
    let message = shop.reply(&conversation, "Slowly").await;
    shop.message_when(&conversation, &message, "read").await;
    let sends = provider.requests_for(&shop.number, &message).await;
    assert_eq!(answers(&sends), [429, 200]);
    let waited = time(&sends[1]) - time(&sends[0]);
    assert!(waited >= TimeDelta::seconds(3), "sent again after {waited}");

    // The provider says that it failed.
    provider.inject(&shop.number, json!({ "times": 2, "answer": "server_error" })).await;
    let message = shop.reply(&conversation, "Stubbornly").await;
    shop.message_when(&conversation, &message, "read").await;
    assert_eq!(answers(&provider.requests_for(&shop.number, &message).await), [500, 500, 200]);

    // It never will take this one.
    let refusal = json!({ "error": { "status": 400, "code": 131_009, "title": "Parameter value is not valid" } });
    provider.inject(&shop.number, json!({ "times": 1, "answer": refusal })).await;
    let message = shop.reply(&conversation, "Never").await;
    let failed = shop.message_when(&conversation, &message, "failed").await;
    assert_eq!(failed["error"]["reason"], "invalid_request");
    assert_eq!(answers(&provider.requests_for(&shop.number, &message).await), [400]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_have_been_taken_is_never_sent_again() {
    let (deployment, shop, conversation) = shop("unsure").await;
    let provider = &deployment.simulator;
    let hang = |how: &str| json!({ how: { "seconds": 30 } });

    // Nobody reports anything: the message stays in doubt.
    let mut doubtful = Vec::new();
    for answer in [
        json!("drop_before"),
        json!("drop_after"),
        hang("hang_before"),
        hang("hang_after"),
        json!({ "empty_error": { "status": 502 } }),
    ] {
        provider.inject(&shop.number, json!({ "times": 1, "answer": answer, "callbacks": "never" })).await;
        let message = shop.reply(&conversation, &format!("In doubt: {answer}")).await;
        let message = shop.message_when(&conversation, &message, "unconfirmed").await;
        assert!(!message["error"].is_null(), "it says why");
        doubtful.push(message["id"].as_str().unwrap().to_owned());
    }
    // The reports settle it, by the reference that they carry.
    for answer in [json!("drop_after"), hang("hang_after")] {
        provider.inject(&shop.number, json!({ "times": 1, "answer": answer })).await;
        let message = shop.reply(&conversation, &format!("Settled: {answer}")).await;
        let message = shop.message_when(&conversation, &message, "read").await;
        let sends = provider.requests_for(&shop.number, message["id"].as_str().unwrap()).await;
        assert_eq!(sends.len(), 1, "{sends:#?}");
        assert_eq!(message["external_id"], sends[0]["wamid"]);
    }
    // Those in doubt did not hold up the later ones, and were not sent again meanwhile.
    for message in &doubtful {
        shop.message_when(&conversation, message, "unconfirmed").await;
        assert_eq!(provider.requests_for(&shop.number, message).await.len(), 1);
    }
    // A person decides.
    let path = format!("/api/v1/conversations/{}/messages/{}/retry", conversation["id"].as_str().unwrap(), doubtful[0]);
    shop.tenant.admin.post(&path, &json!({})).await.ok();
    shop.message_when(&conversation, &doubtful[0], "read").await;
    assert_eq!(provider.requests_for(&shop.number, &doubtful[0]).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expired_credentials_hold_messages_until_they_are_renewed() {
    let (deployment, shop, conversation) = shop("expired").await;
    let expired = json!({ "error": { "status": 401, "code": 190, "title": "Access token has expired" } });
    deployment.simulator.inject(&shop.number, json!({ "answer": expired })).await;
    let message = shop.reply(&conversation, "Wait for me").await;

    let path = format!("/api/v1/connections/{}", shop.connection);
    let connection = eventually("the connection needs new credentials", async || {
        let connection = shop.tenant.admin.get(&path).await;
        if connection.body["status"] == "needs_reauth" { Ok(connection) } else { Err(format!("{connection:?}")) }
    })
    .await;
    assert!(!connection.body["status_reason"].is_null());
    shop.message_when(&conversation, &message, "queued").await;
    assert_eq!(deployment.simulator.requests_for(&shop.number, &message).await.len(), 1);

    // New credentials, and the message goes out by itself.
    deployment.simulator.clear_faults().await;
    let renewed = json!({ "settings": { "access_token": shop.number.access_token } });
    let renewed = shop.tenant.admin.patch(&path, &connection.etag.unwrap(), &renewed).await.ok();
    assert_eq!(renewed["status"], "active");
    within(Duration::from_secs(90), "the message is sent", async || {
        let messages = shop.messages(&conversation).await;
        let sent = messages.iter().find(|shown| shown["id"] == message);
        sent.filter(|sent| sent["status"] == "read").map(drop).ok_or_else(|| format!("{sent:?}"))
    })
    .await;
    assert_eq!(answers(&deployment.simulator.requests_for(&shop.number, &message).await), [401, 200]);
}

fn answers(requests: &[Value]) -> Vec<u64> {
    requests.iter().map(|request| request["answer"].as_u64().unwrap_or_default()).collect()
}

fn time(request: &Value) -> DateTime<chrono::Utc> {
    request["at"].as_str().unwrap().parse().unwrap()
}
