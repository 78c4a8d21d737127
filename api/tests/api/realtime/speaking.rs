//! What clients say to each other.

use super::{client::Client, room, start};
use domain::role::Role;
use serde_json::json;

#[tokio::test]
async fn typing_reaches_the_others_in_every_process_and_lapses() {
    let (app, admin) = start().await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let (_api, elsewhere) = app.another_process().await;
    let channel = format!("presence-conversation-{}", room(&admin, "general").await);
    let mut of_ann = Client::connect(&ann).await;
    of_ann.subscribe(&ann, &channel).await;
    let mut of_admin = Client::connect(&admin).await;
    of_admin.subscribe(&admin, &channel).await;
    let mut far = Client::connect_at(&elsewhere, &admin).await;
    far.subscribe(&admin, &channel).await;
    of_ann.eventually("pusher_internal:member_added").await;
    of_ann.send(json!({ "event": "client-typing", "channel": channel, "data": { "typing": true } })).await;
    for client in [&mut of_admin, &mut far] {
        let typing = client.event("client-typing").await;
        assert_eq!(typing["user_id"], json!(ann.id));
        assert_eq!(typing["data"], json!({ "typing": true }));
    }
    for client in [&mut of_admin, &mut far] {
        let lapsed = client.event("client-typing").await;
        assert_eq!((&lapsed["user_id"], &lapsed["data"]), (&json!(ann.id), &json!({ "typing": false })));
    }
    of_ann.silence().await;
}

#[tokio::test]
async fn a_large_event_reaches_other_processes_whole() {
    let (app, admin) = start().await;
    let (_api, elsewhere) = app.another_process().await;
    let channel = format!("private-conversation-{}", room(&admin, "general").await);
    let mut near = Client::connect(&admin).await;
    near.subscribe(&admin, &channel).await;
    let mut far = Client::connect_at(&elsewhere, &admin).await;
    far.subscribe(&admin, &channel).await;
    let data = json!({ "text": "ä".repeat(5_000) });
    near.send(json!({ "event": "client-draft", "channel": channel, "data": data })).await;
    let heard = far.event("client-draft").await;
    assert_eq!(heard["data"], data);
    assert!(heard["user_id"].is_null(), "only members of presence channels are known to each other");
    near.silence().await;
}

#[tokio::test]
async fn clients_speak_where_they_listen_and_not_too_often() {
    let (_app, admin) = start().await;
    let channel = format!("private-conversation-{}", room(&admin, "general").await);
    let mut client = Client::connect(&admin).await;
    let event = |channel: &str| json!({ "event": "client-a", "channel": channel, "data": {} });
    for channel in [channel.as_str(), "news"] {
        client.send(event(channel)).await;
        assert_eq!(client.event("pusher:error").await["data"]["code"], 4009, "{channel}");
    }
    client.subscribe(&admin, &channel).await;
    for _ in 0..10 {
        client.send(event(&channel)).await;
    }
    client.silence().await;
    for _ in 0..2 {
        for _ in 0..10 {
            client.send(event(&channel)).await;
        }
    }
    assert_eq!(client.event("pusher:error").await["data"]["code"], 4301);
}
