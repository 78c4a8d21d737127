//! How connections begin and end.

use super::{
    client::{Client, Heard},
    key, start,
};
use serde_json::json;

#[tokio::test]
async fn what_is_wrong_is_said_with_its_code() {
    let (app, admin) = start().await;
    let key = key(&admin).await;
    for (path, code) in [
        ("/app/00000000000000000000?protocol=7".to_owned(), 4001),
        (format!("/app/{key}?protocol=6"), 4007),
        (format!("/app/{key}?protocol=seven"), 4007),
        (format!("/app/{key}"), 4008),
    ] {
        let mut client = Client::open(&app.base, &path).await;
        let error = client.event("pusher:error").await;
        assert_eq!(error["data"]["code"], code, "{path}");
        assert_eq!(client.hear().await, Heard::Closed(code), "{path}");
    }
}

#[tokio::test]
async fn a_process_takes_as_many_as_it_is_set_to() {
    let (app, admin) = start().await;
    let (_api, base) = app.another_process_with(config::Http { realtime_connections: 1, ..Default::default() }).await;
    let first = Client::connect_at(&base, &admin).await;
    let path = format!("/app/{}?protocol=7", key(&admin).await);
    assert_eq!(Client::open(&base, &path).await.end().await, 4004);
    drop(first);
    super::eventually(async || Client::open(&base, &path).await.is_taken_in().await).await;
}

#[tokio::test]
async fn pings_are_answered_and_nonsense_is_refused_without_ending_anything() {
    let (_app, admin) = start().await;
    let mut client = Client::connect(&admin).await;
    client.send(json!({ "event": "pusher:ping", "data": {} })).await;
    client.event("pusher:pong").await;
    client.send(json!("nonsense")).await;
    assert_eq!(client.event("pusher:error").await["data"]["code"], 4006);
    client.send(json!({ "event": "pusher:of-a-later-version", "data": {} })).await;
    client.send(json!({ "event": "pusher:ping" })).await;
    client.event("pusher:pong").await;
}

#[tokio::test]
async fn whoever_ends_asks_everybody_to_connect_elsewhere() {
    let (app, admin) = start().await;
    let (api, base) = app.another_process().await;
    let mut staying = Client::connect(&admin).await;
    let mut going = Client::connect_at(&base, &admin).await;
    api.close_realtime();
    assert_eq!(going.end().await, 4200);
    api.realtime_closed().await;
    let mut late = Client::open(&base, &format!("/app/{}?protocol=7", key(&admin).await)).await;
    assert_eq!(late.end().await, 4200);
    staying.send(json!({ "event": "pusher:ping" })).await;
    staying.event("pusher:pong").await;
}

#[tokio::test]
async fn the_alias_tells_holders_of_a_good_token_in_plain_words_and_nobody_else() {
    let (app, admin) = start().await;
    let stranger = app.tenant("globex").await;
    for path in [
        "/ws/acme".to_owned(),
        "/ws/acme?token=".to_owned(),
        "/ws/acme?token=nonsense".to_owned(),
        format!("/ws/acme?token={}", stranger.token),
        format!("/ws/globex?token={}", admin.token),
    ] {
        let mut client = Client::open(&app.base, &path).await;
        assert_eq!(client.hear().await, Heard::Closed(1008), "{path}");
    }
    let mut by_slug = Client::open(&app.base, &format!("/ws/acme?token={}", admin.token)).await;
    let mut by_id = Client::open(&app.base, &format!("/ws/{}?token={}", admin.tenant, admin.token)).await;
    for client in [&mut by_slug, &mut by_id] {
        client.typed("connected").await;
    }
    let room = super::room(&admin, "general").await;
    for client in [&mut by_slug, &mut by_id] {
        let created = client.typed("new_conversation").await;
        assert_eq!(created["data"]["conversation_id"], json!(room));
    }
    super::say(&admin, &room, "hello").await;
    for client in [&mut by_slug, &mut by_id] {
        client.typed("message_sent").await;
        client.silence().await;
    }
}
