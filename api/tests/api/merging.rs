//! Two conversations that become one, and two again.

use crate::{app::App, conversations::write};
use chrono::TimeDelta;
use domain::role::Role;
use serde_json::{Value, json};

#[tokio::test]
async fn a_merge_brings_everything_and_can_be_taken_back() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let old = write(&app, &admin, &connection, "+491511", "One", "First").await;
    admin.put(&format!("/api/v1/conversations/{old}/tags/vip"), &json!({})).await.ok();
    admin.put(&format!("/api/v1/conversations/{old}/status"), &json!({ "status": "closed" })).await.ok();
    app.clock.advance(TimeDelta::minutes(1));
    let new = write(&app, &admin, &connection, "+491511", "One", "Second").await;
    assert_ne!(old, new);
    let merge = format!("/api/v1/conversations/{old}/merge");
    assert_eq!(agent.post(&merge, &json!({ "into": new })).await.problem(403), "forbidden");
    assert_eq!(admin.post(&merge, &json!({ "into": old })).await.problem(409), "merge_refused");
    let merged = admin.post(&merge, &json!({ "into": new })).await.ok();
    assert_eq!((merged["message_count"].clone(), merged["tags"].clone()), (json!(2), json!(["vip"])));
    assert_eq!(merged["unread_count"], 2);
    let messages = admin.get(&format!("/api/v1/conversations/{new}/messages")).await.ok();
    let said: Vec<_> = messages["items"].as_array().unwrap().iter().map(|m| m["preview"].clone()).collect();
    assert_eq!(said, ["First", "Second"], "in the order of time");
    // Whoever asks for the one that went is led to the other.
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let asked = http.get(format!("{}/api/v1/conversations/{old}", app.base)).bearer_auth(&admin.token);
    let led = asked.send().await.unwrap();
    assert_eq!(led.status(), 308);
    assert_eq!(led.headers()["location"], format!("/api/v1/conversations/{new}"));
    let followed = admin.get(&format!("/api/v1/conversations/{old}")).await.ok();
    assert_eq!(followed["conversation"]["id"], json!(new));
    assert_eq!(admin.post(&merge, &json!({ "into": new })).await.problem(409), "merge_refused");

    // Said since, and taken back.
    app.clock.advance(TimeDelta::minutes(1));
    assert_eq!(write(&app, &admin, &connection, "+491511", "One", "Third").await, new);
    let back = admin.delete(&merge).await.ok();
    assert_eq!((back["status"].clone(), back["merged_into"].clone()), (json!("closed"), Value::Null));
    assert_eq!((back["message_count"].clone(), back["tags"].clone()), (json!(1), json!(["vip"])));
    let stayed = admin.get(&format!("/api/v1/conversations/{new}")).await.ok();
    let conversation = &stayed["conversation"];
    assert_eq!((conversation["message_count"].clone(), conversation["tags"].clone()), (json!(2), json!([])));
    assert_eq!(conversation["last_message"]["preview"], "Third");
    assert_eq!(admin.delete(&merge).await.problem(409), "merge_refused");
    for id in [&old, &new] {
        let events = admin.get(&format!("/api/v1/conversations/{id}/events")).await.ok();
        let kinds: Vec<_> =
            events["items"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"conversation.merged") && kinds.contains(&"conversation.unmerged"), "{kinds:?}");
    }
}

#[tokio::test]
async fn what_an_earlier_merge_brought_goes_back_with_the_later_one() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let mut ids = Vec::new();
    for n in 0..3 {
        let id = write(&app, &admin, &connection, "+491511", "One", &format!("Message {n}")).await;
        admin.put(&format!("/api/v1/conversations/{id}/status"), &json!({ "status": "closed" })).await.ok();
        ids.push(id);
    }
    let merge = |from: usize, to: usize| {
        let (path, into) = (format!("/api/v1/conversations/{}/merge", ids[from]), ids[to].clone());
        let admin = admin.clone();
        async move { admin.post(&path, &json!({ "into": into })).await.ok() }
    };
    let counts = || {
        let (admin, ids) = (admin.clone(), ids.clone());
        async move {
            let mut counts = Vec::new();
            for id in &ids {
                let messages = admin.get(&format!("/api/v1/conversations/{id}/messages")).await.ok();
                counts.push(messages["items"].as_array().unwrap().len());
            }
            counts
        }
    };
    merge(0, 1).await;
    merge(1, 2).await;
    assert_eq!(counts().await, [0, 0, 3]);
    admin.delete(&format!("/api/v1/conversations/{}/merge", ids[1])).await.ok();
    assert_eq!(counts().await, [0, 2, 1]);
    admin.delete(&format!("/api/v1/conversations/{}/merge", ids[0])).await.ok();
    assert_eq!(counts().await, [1, 1, 1]);
}

#[tokio::test]
async fn only_conversations_with_one_contact_are_merged() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let one = write(&app, &admin, &connection, "+491511", "One", "Hello").await;
    let other = write(&app, &admin, &connection, "+491512", "Two", "Hello").await;
    let channel = json!({ "type": "team_channel", "title": "general" });
    let channel = admin.post("/api/v1/conversations", &channel).await.ok()["id"].as_str().unwrap().to_owned();
    let merge = format!("/api/v1/conversations/{one}/merge");
    assert_eq!(admin.post(&merge, &json!({ "into": other })).await.problem(409), "merge_refused");
    assert_eq!(admin.post(&merge, &json!({ "into": channel })).await.problem(409), "wrong_type");
    assert_eq!(admin.post(&merge, &json!({ "into": uuid::Uuid::nil() })).await.problem(404), "not_found");
}
