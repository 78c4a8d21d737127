//! Where people are signed in.

use crate::app::{App, PASSWORD, Person};
use chrono::TimeDelta;
use domain::role::Role;
use reqwest::{Method, header};
use serde_json::{Value, json};

async fn sessions(person: &Person) -> Vec<Value> {
    person.get("/api/v1/auth/sessions").await.ok()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn people_see_where_they_are_signed_in_and_end_it() {
    let app = App::start().await;
    let here = app.tenant("acme").await;
    app.clock.advance(TimeDelta::minutes(1));
    let login = json!({ "email": here.email, "password": PASSWORD, "refresh_token_delivery": "body" });
    let login = app.request(Method::POST, "/api/v1/auth/login").header(header::USER_AGENT, "Phone/1.0").json(&login);
    let tokens: Value = login.send().await.unwrap().json().await.unwrap();
    let phone = here.with_token(tokens["access_token"].as_str().unwrap());

    let listed = sessions(&here).await;
    assert_eq!(
        (listed.len(), &listed[0]["user_agent"], &listed[0]["current"]),
        (2, &json!("Phone/1.0"), &json!(false))
    );
    assert_eq!((&listed[1]["current"], &listed[0]["address"]), (&json!(true), &json!("127.0.0.1")));
    assert_eq!(sessions(&phone).await[0]["current"], true);

    let path = format!("/api/v1/auth/sessions/{}", listed[0]["id"].as_str().unwrap());
    assert_eq!(here.delete(&path).await.status, 204);
    assert_eq!(phone.get("/api/v1/auth/me").await.problem(401), "unauthenticated");
    let refresh = json!({ "refresh_token": tokens["refresh_token"] });
    assert_eq!(app.post("/api/v1/auth/refresh", &refresh).await.problem(401), "refresh_failed");
    assert_eq!(here.delete(&path).await.problem(404), "not_found");
    assert_eq!(sessions(&here).await.len(), 1);
}

#[tokio::test]
async fn all_other_sessions_end_together() {
    let app = App::start().await;
    let here = app.tenant("acme").await;
    let (second, third) = (app.log_in_again(&here).await, app.log_in_again(&here).await);
    assert_eq!(here.delete("/api/v1/auth/sessions").await.status, 204);
    for other in [second, third] {
        assert_eq!(other.get("/api/v1/auth/me").await.problem(401), "unauthenticated");
    }
    here.get("/api/v1/auth/me").await.ok();
}

#[tokio::test]
async fn a_session_that_is_used_says_when() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    app.clock.advance(TimeDelta::minutes(10));
    let refresh = json!({ "refresh_token": admin.refresh });
    app.post("/api/v1/auth/refresh", &refresh).await.ok();
    let listed = sessions(&admin).await;
    assert_eq!((listed.len(), &listed[0]["last_used_at"]), (1, &json!(domain::Clock::now(&app.clock))));
    app.clock.advance(TimeDelta::days(30));
    let admin = app.log_in_again(&admin).await;
    assert_eq!(sessions(&admin).await.len(), 1, "what has expired is gone");
}

#[tokio::test]
async fn who_manages_people_sees_and_ends_theirs() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let path = format!("/api/v1/users/{}/sessions", agent.id);
    assert_eq!(agent.get(&path).await.problem(403), "forbidden");
    let other = app.log_in_again(&agent).await;
    let listed = admin.get(&path).await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    let of_admin = sessions(&admin).await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(admin.delete(&format!("{path}/{of_admin}")).await.problem(404), "not_found");
    let one = listed["items"][0]["id"].as_str().unwrap();
    assert_eq!(admin.delete(&format!("{path}/{one}")).await.status, 204);
    assert_eq!(admin.delete(&path).await.status, 204);
    for session in [agent, other] {
        assert_eq!(session.get("/api/v1/auth/me").await.problem(401), "unauthenticated");
    }
}
