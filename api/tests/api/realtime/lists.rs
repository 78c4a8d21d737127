//! What changes lists, and what concerns people.

use super::{client::Client, room, say, start};
use crate::conversations::write;
use domain::role::Role;
use serde_json::json;

#[tokio::test]
async fn lists_hear_of_every_change_with_the_conversation_as_it_is_then() {
    let (app, admin) = start().await;
    let (connection, _) = admin.connect("1001").await;
    let conversation = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    let mut client = Client::connect(&admin).await;
    client.subscribe(&admin, "presence-inbox").await;
    let path = |what: &str| format!("/api/v1/conversations/{conversation}/{what}");
    admin.post(&path("take"), &json!({})).await.ok();
    let assigned = client.eventually("conversation.assigned").await;
    assert_eq!(assigned["data"]["data"]["conversation"]["assignee_id"], json!(admin.id));
    assert_eq!(assigned["data"]["data"]["to"], json!(admin.id));
    admin.put(&path("tags/urgent"), &json!({})).await;
    let tagged = client.eventually("conversation.tag_added").await;
    assert_eq!(tagged["data"]["data"]["conversation"]["tags"], json!(["urgent"]));
    let shown = admin.get(&format!("/api/v1/conversations/{conversation}")).await.ok();
    let mut shown = shown["conversation"].clone();
    shown.as_object_mut().unwrap().remove("unread_count");
    assert_eq!(tagged["data"]["data"]["conversation"], shown);
    let mut last = assigned["data"]["seq"].as_i64().unwrap();
    admin.put(&path("status"), &json!({ "status": "pending" })).await.ok();
    let moved = client.eventually("conversation.status_changed").await;
    assert!(moved["data"]["seq"].as_i64().unwrap() > last);
    last = moved["data"]["seq"].as_i64().unwrap();
    admin.delete(&format!("/api/v1/conversations/{conversation}")).await;
    let deleted = client.eventually("conversation.deleted").await;
    assert!(deleted["data"]["seq"].as_i64().unwrap() > last);
    assert_eq!(deleted["data"]["data"], json!({ "conversation_id": conversation }));
}

#[tokio::test]
async fn lists_hear_of_what_their_reader_sees_and_of_no_other_tenant() {
    let (app, admin) = start().await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let stranger = app.tenant("globex").await;
    let mut of_ann = Client::connect(&ann).await;
    of_ann.subscribe(&ann, "presence-inbox").await;
    let mut of_admin = Client::connect(&admin).await;
    of_admin.subscribe(&admin, "presence-inbox").await;
    let mut of_stranger = Client::connect(&stranger).await;
    of_stranger.subscribe(&stranger, "presence-inbox").await;
    let secret = json!({ "type": "team_channel", "title": "Secret", "slug": "secret", "is_private": true });
    let secret = admin.post("/api/v1/conversations", &secret).await.ok()["id"].as_str().unwrap().to_owned();
    let open = room(&admin, "general").await;
    say(&admin, &secret, "for few").await;
    say(&admin, &open, "for all").await;
    let told = of_ann.eventually("message.created").await;
    assert_eq!(told["data"]["conversation_id"], json!(open));
    let first = of_admin.eventually("message.created").await;
    assert_eq!(first["data"]["conversation_id"], json!(secret));
    of_stranger.eventually_nothing().await;
}

#[tokio::test]
async fn people_hear_of_what_concerns_them() {
    let (app, admin) = start().await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let (connection, _) = admin.connect("1001").await;
    let conversation = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    let mut of_ann = Client::connect(&ann).await;
    of_ann.subscribe(&ann, &format!("private-user-{}", ann.id)).await;
    let mut of_bob = Client::connect(&bob).await;
    of_bob.subscribe(&bob, &format!("private-user-{}", bob.id)).await;
    admin.put(&format!("/api/v1/conversations/{conversation}/assignee"), &json!({ "user_id": ann.id })).await.ok();
    let assigned = of_ann.event("conversation.assigned").await;
    assert_eq!(assigned["data"]["stream"], json!(format!("user-{}", ann.id)));
    assert_eq!(assigned["data"]["data"]["conversation"]["id"], json!(conversation));
    let note = json!({ "text": "Look at this", "mentions": [ann.id] });
    admin.post(&format!("/api/v1/conversations/{conversation}/notes"), &note).await.ok();
    let mentioned = of_ann.event("message.created").await;
    assert_eq!(mentioned["data"]["data"]["message"]["preview"], "Look at this");
    of_bob.silence().await;
    // What somebody may not see, they hear nothing of but that it concerns them.
    let note = json!({ "text": "Not for you", "mentions": [bob.id] });
    admin.post(&format!("/api/v1/conversations/{conversation}/notes"), &note).await.ok();
    let mentioned = of_bob.event("message.created").await;
    assert!(!mentioned.to_string().contains("Not for you"), "{mentioned}");
}
