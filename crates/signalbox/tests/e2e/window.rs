//! WhatsApp's 24-hour window: what is refused, what is offered instead, and that it works.

use crate::harness::{Deployment, Plan, Shop, eventually};
use chrono::{TimeDelta, Utc};
use sandbox::traffic::{Customer, Inbound};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_day_only_templates_are_sent() {
    let deployment = Deployment::planned(Plan::default()).await;
    let shop = Shop::open(&deployment, "window").await;
    let path = format!("/api/v1/connections/{}/templates", shop.connection);
    shop.tenant.admin.post(&format!("{path}/sync"), &json!({})).await.ok();
    eventually("the templates are read", async || {
        let templates = shop.tenant.admin.get(&path).await.ok();
        if templates["synced_at"].is_null() { Err(templates) } else { Ok(()) }
    })
    .await;

    let ada = Customer::with_phone("4915155530001", "Ada");
    let yesterday = Inbound { at: Some(Utc::now() - TimeDelta::hours(25)), ..Inbound::text(ada.clone(), "Hello?") };
    shop.receives(&yesterday).await;
    let conversation = shop.conversation().await;
    let refused = shop.send(&conversation, json!({ "type": "text", "text": "Sorry, here I am" })).await;
    assert_eq!(refused.problem(409), "window_closed");
    let names: Vec<&Value> =
        refused.body["templates"].as_array().unwrap().iter().map(|template| &template["name"]).collect();
    assert!(names.contains(&&json!("order_update")), "{names:?}");
    assert_eq!(shop.messages(&conversation).await.len(), 1, "what was refused is not stored");

    let parameters = json!([{ "type": "body", "parameters": [
        { "type": "text", "text": "Ada" }, { "type": "text", "text": "4711" },
    ] }]);
    let template = json!({ "type": "template", "name": "order_update", "language": "en_US", "components": parameters });
    let sent = shop.send(&conversation, template).await.ok();
    shop.message_when(&conversation, sent["id"].as_str().unwrap(), "read").await;
    let requests = deployment.simulator.requests(&shop.number).await;
    assert_eq!(requests.len(), 1, "the refused text never went out: {requests:#?}");
    assert_eq!(requests[0]["kind"], "template");

    // The customer writes, and the window is open again.
    shop.hears(&ada, "Thank you").await;
    shop.messages_when(&conversation, 3).await;
    let reply = shop.reply(&conversation, "You are welcome").await;
    shop.message_when(&conversation, &reply, "read").await;
}
