//! Who hears what: only what they may read, and only as long.

use super::{client::Client, key, room, say, start};
use crate::{conversations::write, teamwork::team};
use domain::{role::Role, team::Assignment};
use serde_json::{Value, json};

const FORBIDDEN: &str = "forbidden";

#[tokio::test]
async fn each_channel_is_for_those_who_may_read_what_is_said_in_it() {
    let (app, admin) = start().await;
    let (connection, _) = admin.connect("1001").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let stranger = app.tenant("globex").await;
    let sales = team(&app, &admin, "sales", Assignment::Manual, &[&bob]).await;
    let open = room(&admin, "general").await;
    let theirs = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    admin.put(&format!("/api/v1/conversations/{theirs}/team"), &json!({ "team_id": sales })).await.ok();

    for (person, channel, may) in [
        (&ann, format!("private-conversation-{open}"), true),
        (&ann, format!("presence-conversation-{open}"), true),
        (&bob, format!("private-conversation-{theirs}"), true),
        (&ann, format!("private-conversation-{theirs}"), false),
        (&ann, format!("presence-conversation-{theirs}"), false),
        (&admin, format!("private-conversation-{theirs}"), true),
        (&ann, format!("private-user-{}", ann.id), true),
        (&ann, format!("private-user-{}", bob.id), false),
        (&admin, format!("private-user-{}", bob.id), false),
        (&ann, "presence-inbox".to_owned(), true),
        (&stranger, "presence-inbox".to_owned(), true),
        (&stranger, format!("private-conversation-{open}"), false),
        (&ann, format!("private-conversation-{}", uuid::Uuid::new_v4()), false),
    ] {
        let mut client = Client::connect(person).await;
        let answer = client.authorize(person, &channel).await;
        if may {
            let authorization = answer.ok();
            client.ask(&channel, &authorization, None).await;
            client.event("pusher_internal:subscription_succeeded").await;
        } else {
            assert_eq!(answer.problem(403), FORBIDDEN, "{channel}");
        }
    }
    for channel in ["private-conversation-general", "private-orders", "news"] {
        let answer = Client::connect(&ann).await.authorize(&ann, channel).await;
        assert_eq!(answer.problem(404), "not_found", "{channel}");
    }
    let nobody =
        app.post("/api/v1/realtime/auth", &json!({ "socket_id": "1.1", "channel_name": "presence-inbox" })).await;
    assert_eq!(nobody.problem(401), "unauthenticated");
}

#[tokio::test]
async fn a_signature_is_good_for_one_connection_one_channel_and_one_tenant() {
    let (app, admin) = start().await;
    let stranger = app.tenant("globex").await;
    let open = room(&admin, "general").await;
    let channel = format!("private-conversation-{open}");
    let client = Client::connect(&admin).await;
    let other = Client::connect(&admin).await;
    let mut foreign = Client::connect(&stranger).await;
    let good = client.authorize(&admin, &channel).await.ok();
    let forged = json!({ "auth": good["auth"], "channel_data": good["channel_data"].as_str().unwrap().replace(&admin.id.to_string(), &stranger.id.to_string()) });
    let made_up = json!({ "auth": format!("{}:{}", key(&admin).await, "0".repeat(64)) });
    foreign.id.clone_from(&client.id);
    let of_stranger = foreign.authorize(&stranger, "presence-inbox").await.ok();
    let mut clients = [client, other, foreign];
    for (client, channel, authorization) in [
        (1, channel.as_str(), &good),
        (2, &channel, &good),
        (0, "presence-inbox", &good),
        (0, &channel, &forged),
        (0, &channel, &made_up),
        (0, &channel, &Value::Null),
        (0, "presence-inbox", &of_stranger),
    ] {
        let client = &mut clients[client];
        client.ask(channel, authorization, None).await;
        let error = client.event("pusher:subscription_error").await;
        assert_eq!((&error["data"]["type"], &error["data"]["status"]), (&json!("AuthError"), &json!(401)), "{channel}");
    }
    let [mut client, mut other, mut foreign] = clients;
    client.ask(&channel, &good, None).await;
    client.event("pusher_internal:subscription_succeeded").await;
    say(&admin, &open, "hello").await;
    client.event("message.created").await;
    other.silence().await;
    foreign.silence().await;
}

#[tokio::test]
async fn whoever_loses_sight_of_a_conversation_hears_no_more_of_it() {
    let (app, admin) = start().await;
    let (connection, _) = admin.connect("1001").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let conversation = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    let channel = format!("private-conversation-{conversation}");
    let mut of_ann = Client::connect(&ann).await;
    of_ann.subscribe(&ann, &channel).await;
    of_ann.subscribe(&ann, "presence-inbox").await;
    let mut of_bob = Client::connect(&bob).await;
    of_bob.subscribe(&bob, &channel).await;

    // It waits for anybody; then Bob has it.
    bob.post(&format!("/api/v1/conversations/{conversation}/take"), &json!({})).await.ok();
    assert_eq!(of_ann.eventually("signalbox:unsubscribed").await["channel"], json!(channel));
    let gone = of_ann.eventually("conversation.out_of_sight").await;
    assert_eq!(gone["data"]["data"], json!({ "conversation_id": conversation }));
    of_bob.eventually("conversation.assigned").await;
    say(&bob, &conversation, "for Bob's eyes").await;
    let told = of_bob.eventually("message.created").await;
    assert_eq!(told["data"]["data"]["message"]["preview"], "for Bob's eyes");
    of_ann.silence().await;
    let mut again = Client::connect(&ann).await;
    assert_eq!(again.authorize(&ann, &channel).await.problem(403), FORBIDDEN);
    again.silence().await;
}

#[tokio::test]
async fn another_role_or_team_counts_at_once() {
    let (app, admin) = start().await;
    let (connection, _) = admin.connect("1001").await;
    let lead = app.colleague(&admin, "lead", Role::Supervisor).await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let conversation = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    bob.post(&format!("/api/v1/conversations/{conversation}/take"), &json!({})).await.ok();
    let mut client = Client::connect(&lead).await;
    client.subscribe(&lead, &format!("private-conversation-{conversation}")).await;
    client.subscribe(&lead, &format!("private-user-{}", lead.id)).await;
    let person = admin.get(&format!("/api/v1/users/{}", lead.id)).await;
    let etag = person.etag();
    admin.patch(&format!("/api/v1/users/{}", lead.id), &etag, &json!({ "role": "agent" })).await.ok();
    client.event("signalbox:unsubscribed").await;
    // The connection and what is their own stay.
    say(&bob, &conversation, "@lead").await;
    client.silence().await;
}

#[tokio::test]
async fn connections_end_with_the_session_and_with_the_person() {
    let (app, admin) = start().await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let elsewhere = app.log_in_again(&ann).await;
    let mut here = Client::connect(&ann).await;
    here.subscribe(&ann, "presence-inbox").await;
    let mut there = Client::connect(&elsewhere).await;
    there.subscribe(&elsewhere, "presence-inbox").await;
    let sessions = ann.delete("/api/v1/auth/sessions").await;
    assert!(sessions.status.is_success(), "{sessions:?}");
    assert_eq!(there.end().await, 4009);
    here.eventually_nothing().await;
    let etag = admin.get(&format!("/api/v1/users/{}", ann.id)).await.etag();
    admin.patch(&format!("/api/v1/users/{}", ann.id), &etag, &json!({ "active": false })).await.ok();
    assert_eq!(here.end().await, 4009);
}

#[tokio::test]
async fn machines_hear_what_their_keys_allow() {
    let (_app, admin) = start().await;
    let open = room(&admin, "general").await;
    let reading = admin.api_key(&json!({ "name": "reader", "scopes": ["work_conversations"] })).await;
    let other = admin.api_key(&json!({ "name": "other", "scopes": ["manage_tags"] })).await;
    let channel = format!("private-conversation-{open}");
    let mut client = Client::connect(&reading).await;
    client.subscribe(&reading, &channel).await;
    client.subscribe(&reading, "presence-inbox").await;
    let mut blind = Client::connect(&other).await;
    assert_eq!(blind.authorize(&other, &channel).await.problem(403), FORBIDDEN);
    blind.subscribe(&other, "presence-inbox").await;
    say(&admin, &open, "hello").await;
    client.eventually("message.created").await;
    client.eventually("message.created").await;
    blind.silence().await;
}
