//! Who is in presence channels, and how people are there.

use super::{client::Client, eventually, room, start};
use chrono::TimeDelta;
use domain::{Clock, role::Role};
use serde_json::{Value, json};

fn ids(data: &Value) -> Vec<&str> {
    data["presence"]["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

#[tokio::test]
async fn those_who_are_there_know_of_each_other() {
    let (app, admin) = start().await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let (_api, elsewhere) = app.another_process().await;
    let open = room(&admin, "general").await;
    for channel in ["presence-inbox".to_owned(), format!("presence-conversation-{open}")] {
        let mut of_admin = Client::connect(&admin).await;
        let begun = of_admin.subscribe(&admin, &channel).await;
        assert_eq!(ids(&begun), [admin.id.to_string()]);
        assert_eq!(begun["presence"]["hash"][admin.id.to_string()]["name"], "Somebody");
        // In another process, twice.
        let mut of_ann = Client::connect_at(&elsewhere, &ann).await;
        let mut twice = Client::connect_at(&elsewhere, &ann).await;
        let begun = of_ann.subscribe(&ann, &channel).await;
        assert_eq!(begun["presence"]["count"], 2);
        twice.subscribe(&ann, &channel).await;
        let added = of_admin.eventually("pusher_internal:member_added").await;
        assert_eq!(added["data"]["user_id"], json!(ann.id));
        drop(of_ann);
        of_admin.eventually_nothing().await;
        twice.send(json!({ "event": "pusher:unsubscribe", "data": { "channel": channel } })).await;
        let removed = of_admin.eventually("pusher_internal:member_removed").await;
        assert_eq!(removed["data"], json!({ "user_id": ann.id }));
    }
}

#[tokio::test]
async fn of_a_process_that_died_nobody_is_left() {
    let (app, admin) = start().await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let mut client = Client::connect(&admin).await;
    client.subscribe(&admin, "presence-inbox").await;
    let lost = "INSERT INTO realtime_members (tenant_id, channel, member, process_id, expires_at)
                VALUES ($1, 'presence-inbox', $2, gen_random_uuid(), clock_timestamp() + make_interval(secs => $3))";
    sqlx::query(lost).bind(admin.tenant.0).bind(ann.id.to_string()).bind(0.5).execute(&app.db.owner).await.unwrap();
    client.eventually("pusher_internal:member_added").await;
    // Nobody renews it; whoever renews their own finds it.
    client.eventually("pusher_internal:member_removed").await;
    assert_eq!(app.count("realtime_members").await, 1);
}

#[tokio::test]
async fn whoever_opens_the_inbox_is_online_and_stays_it() {
    let (app, admin) = start().await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let mut of_admin = Client::connect(&admin).await;
    of_admin.subscribe(&admin, "presence-inbox").await;
    let mut of_ann = Client::connect(&ann).await;
    of_ann.subscribe(&ann, "presence-inbox").await;
    let status = async |person| {
        let everybody = admin.get("/api/v1/presence").await.ok();
        let of = everybody.as_array().unwrap().iter().find(|one| one["user_id"] == json!(person)).cloned().unwrap();
        of["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status(ann.id).await, "online");
    // What they say about themselves is told to others.
    let say = json!({ "status": "away", "status_text": "lunch", "current_conversation_id": null });
    ann.put("/api/v1/presence/me", &say).await.ok();
    let changed = of_admin.eventually_with("presence.changed", |data| data["status"] == "away").await;
    assert_eq!(
        changed["data"],
        json!({ "user_id": ann.id, "status": "away", "status_text": "lunch", "current_conversation_id": null })
    );
    // A connection that lives renews it, and one that has gone does not.
    app.clock.advance(TimeDelta::seconds(50));
    of_ann.send(json!({ "event": "pusher:ping" })).await;
    let before = app.clock.now() - TimeDelta::seconds(40);
    let renewed = format!("user_presence WHERE user_id = '{}' AND seen_at > '{before}'", ann.id);
    eventually(async || app.count(&renewed).await == 1).await;
    drop(of_ann);
    app.clock.advance(TimeDelta::seconds(61));
    of_admin
        .eventually_with("presence.changed", |data| data["status"] == "offline" && data["user_id"] == json!(ann.id))
        .await;
    assert_eq!(status(ann.id).await, "offline");
}

#[tokio::test]
async fn nothing_is_left_of_many_connections() {
    let (app, admin) = start().await;
    let mut staying = Client::connect(&admin).await;
    staying.subscribe(&admin, "presence-inbox").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    for _ in 0..50 {
        let mut client = Client::connect(&ann).await;
        client.subscribe(&ann, "presence-inbox").await;
    }
    eventually(async || app.count("realtime_members").await == 1).await;
    assert_eq!(app.api.realtime_connections(), 1);
}
