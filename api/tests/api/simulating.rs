//! Messages of customers that nobody sent.

use crate::{
    app::App,
    conversations::{text, write},
};
use domain::role::Role;
use serde_json::json;

const PATH: &str = "/api/v1/conversations";

#[tokio::test]
async fn everything_happens_as_if_the_customer_had_written() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let id = write(&app, &admin, &connection, "+491511", "Zoë", "Hello").await;
    let simulate = format!("{PATH}/{id}/simulate-inbound");
    admin.post(&format!("{PATH}/{id}/messages"), &text("Yes?")).await.ok();
    admin.put(&format!("{PATH}/{id}/status"), &json!({ "status": "resolved" })).await.ok();

    let heard = admin.post_once(&simulate, "k", &json!({ "text": "Where is my lamp?" })).await;
    assert_eq!(heard.status, 201, "{heard:?}");
    assert_eq!((&heard.body["direction"], &heard.body["status"]), (&json!("inbound"), &json!("received")));
    assert_eq!(heard.body["metadata"]["simulated_by"], json!(admin.id));
    assert_eq!(admin.post_once(&simulate, "k", &json!({ "text": "Where is my lamp?" })).await.body, heard.body);

    let shown = admin.get(&format!("{PATH}/{id}")).await.ok()["conversation"].clone();
    assert_eq!(shown["status"], "open", "what a customer writes opens what was resolved");
    assert_eq!(shown["last_message"]["preview"], "Where is my lamp?");
    let events = admin.get(&format!("{PATH}/{id}/events")).await.ok();
    let kinds: Vec<_> = events["items"].as_array().unwrap().iter().map(|event| event["kind"].clone()).collect();
    assert!(kinds.ends_with(&[json!("conversation.status_changed"), json!("message.created")]), "{kinds:?}");
    let moves = admin.get(&format!("{PATH}/{id}/events?kind=conversation.status_changed&limit=1")).await.ok();
    assert_eq!((&moves["items"][0]["data"]["to"], &moves["has_more"]), (&json!("open"), &json!(true)));

    // A closed conversation is over: the next message begins another.
    admin.put(&format!("{PATH}/{id}/status"), &json!({ "status": "closed" })).await.ok();
    let next = admin.post(&simulate, &json!({ "text": "One more thing" })).await.ok();
    assert_ne!(next["conversation_id"], json!(id));
}

#[tokio::test]
async fn it_is_refused_where_a_real_message_would_not_be_stored() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let connection = admin.connect("1001").await.0;
    let id = write(&app, &admin, &connection, "+491511", "Zoë", "Hello").await;
    let simulate = format!("{PATH}/{id}/simulate-inbound");
    let agent = app.colleague(&admin, "ann", Role::Agent).await;
    assert_eq!(agent.post(&simulate, &json!({ "text": "Hi" })).await.problem(403), "forbidden");
    for text in ["", "  ", &"x".repeat(4097)] {
        assert_eq!(admin.post(&simulate, &json!({ "text": text })).await.problem(422), "invalid");
    }
    let channel = admin.post(PATH, &json!({ "type": "team_channel", "title": "General" })).await.ok();
    let there = format!("{PATH}/{}/simulate-inbound", channel["id"].as_str().unwrap());
    assert_eq!(admin.post(&there, &json!({ "text": "Hi" })).await.problem(409), "wrong_type");
    let contact = admin.get(&format!("{PATH}/{id}")).await.ok()["conversation"]["contact"]["id"].clone();
    admin.put(&format!("/api/v1/contacts/{}/block", contact.as_str().unwrap()), &json!({})).await.ok();
    assert_eq!(admin.post(&simulate, &json!({ "text": "Hi" })).await.problem(409), "conflict");
    assert_eq!(app.count("messages WHERE direction = 'inbound'").await, 1);
}
