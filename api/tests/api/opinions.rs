//! What customers think of a conversation, and what leads learn from it.

use crate::{app::App, conversations::write};
use domain::role::Role;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

#[tokio::test]
async fn a_customer_answers_once_through_the_link() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let id = write(&app, &admin, &connection, "+491511", "Max", "Thanks").await;
    let path = format!("/api/v1/conversations/{id}/surveys");
    assert_eq!(admin.post(&path, &json!({ "text": "No link" })).await.problem(422), "invalid");
    let asked = admin.post(&path, &json!({ "text": "Well? {link}" })).await.ok();
    assert_eq!(asked["rating"], Value::Null);
    let messages = admin.get(&format!("/api/v1/conversations/{id}/messages")).await.ok();
    let sent = &messages["items"][1];
    assert_eq!(sent["sender"]["kind"], "system");
    let link = sent["content"]["text"].as_str().unwrap().strip_prefix("Well? ").unwrap().to_owned();
    assert!(link.starts_with(&format!("{}/rate/", app.base)));
    assert_eq!(app.count("queue.jobs WHERE args::text LIKE '%rate%'").await, 0, "no job knows the link");

    let shown = app.http.get(&link).send().await.unwrap();
    assert_eq!(
        (shown.status(), shown.headers()[header::REFERRER_POLICY].to_str().unwrap()),
        (StatusCode::OK, "no-referrer")
    );
    assert!(shown.text().await.unwrap().contains("<form"));
    let answer = async |rating: &str| {
        let form = [("rating", rating), ("comment", "<b>Fast</b>")];
        let body =
            form.map(|(name, value)| format!("{name}={}", value.replace('<', "%3C").replace('>', "%3E"))).join("&");
        let request = app.http.post(&link).header("content-type", "application/x-www-form-urlencoded").body(body);
        request.send().await.unwrap().status()
    };
    assert_eq!(answer("6").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer("4").await, StatusCode::OK);
    assert_eq!(answer("1").await, StatusCode::CONFLICT);
    let listed = admin.get(&path).await.ok();
    assert_eq!((listed[0]["rating"].clone(), listed[0]["comment"].clone()), (json!(4), json!("<b>Fast</b>")));
    let detail = admin.get(&format!("/api/v1/conversations/{id}")).await.ok();
    assert_eq!(detail["conversation"]["csat_rating"], 4);
    assert_eq!(app.count("events WHERE kind = 'conversation.rated'").await, 1);
    assert_eq!(app.count("events WHERE data::text LIKE '%Fast%'").await, 0);
    assert_eq!(app.get("/rate/no-such-token").await.status, 404);

    // After two weeks it is too late.
    admin.post(&path, &json!({})).await.ok();
    let messages = admin.get(&format!("/api/v1/conversations/{id}/messages")).await.ok();
    let text = messages["items"][2]["content"]["text"].as_str().unwrap().to_owned();
    let link = text.split_whitespace().last().unwrap();
    app.clock.advance(chrono::TimeDelta::days(14));
    assert_eq!(app.http.get(link).send().await.unwrap().status(), StatusCode::GONE);
}

#[tokio::test]
async fn a_lead_writes_down_what_whoever_had_it_may_read() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (connection, _) = admin.connect("1001").await;
    let ann = app.colleague(&admin, "ann", Role::Agent).await;
    let bob = app.colleague(&admin, "bob", Role::Agent).await;
    let lead = app.colleague(&admin, "lead", Role::TeamLead).await;
    let id = write(&app, &admin, &connection, "+491511", "Max", "Thanks").await;
    ann.post(&format!("/api/v1/conversations/{id}/take"), &json!({})).await.ok();
    let path = format!("/api/v1/conversations/{id}/reviews");
    let review = json!({ "text": "Very patient", "is_training_case": true });
    assert_eq!(lead.post(&path, &review).await.problem(409), "conflict");
    ann.put(&format!("/api/v1/conversations/{id}/status"), &json!({ "status": "closed" })).await.ok();
    assert_eq!(ann.post(&path, &review).await.problem(403), "forbidden");
    lead.post(&path, &review).await.ok();
    assert_eq!(ann.get(&path).await.ok()[0]["text"], "Very patient");
    assert_eq!(bob.get(&path).await.problem(404), "not_found");
}

#[tokio::test]
async fn a_tenant_has_customers_asked_when_conversations_are_closed() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let before = admin.get("/api/v1/settings").await;
    assert_eq!((&before.body["ask_for_rating"], &before.body["rating_question"]), (&json!(false), &Value::Null));
    let put = async |body: Value| {
        let etag = admin.get("/api/v1/settings").await.etag();
        admin.put_over("/api/v1/settings", &etag, &body).await
    };
    assert_eq!(put(json!({ "ask_for_rating": true, "rating_question": "Well?" })).await.problem(422), "invalid");
    let set = put(json!({ "ask_for_rating": true, "rating_question": "Na? {link}" })).await.ok();
    assert_eq!((&set["ask_for_rating"], &set["rating_question"]), (&json!(true), &json!("Na? {link}")));

    let (connection, _) = admin.connect("1001").await;
    let id = write(&app, &admin, &connection, "+491511", "Max", "Thanks").await;
    let jobs = async || app.count("queue.jobs WHERE kind = 'ask-for-rating'").await;
    let status = format!("/api/v1/conversations/{id}/status");
    admin.put(&status, &json!({ "status": "closed" })).await.ok();
    assert_eq!(jobs().await, 0, "nobody has answered");
    admin.put(&status, &json!({ "status": "open" })).await.ok();
    let reply = json!({ "content": { "type": "text", "text": "You are welcome" } });
    admin.post(&format!("/api/v1/conversations/{id}/messages"), &reply).await.ok();
    admin.put(&status, &json!({ "status": "closed" })).await.ok();
    assert_eq!(jobs().await, 1);
}
