//! How often the API may be asked.

use crate::app::{App, webhook};
use chrono::TimeDelta;
use domain::role::Role;
use reqwest::header;
use serde_json::json;

#[tokio::test]
async fn each_caller_has_so_many_requests_and_is_told_what_is_left() {
    let app = App::with_rate_limit(config::RateLimit { per_caller: 60, per_address: 0 }).await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let first = admin.get("/api/v1/auth/me").await;
    assert_eq!(first.headers["ratelimit-policy"], "\"requests\";q=60;w=60");
    assert_eq!(first.headers["ratelimit"], "\"requests\";r=59;t=1");
    for _ in 0..59 {
        admin.get("/api/v1/auth/me").await.ok();
    }
    let refused = admin.get("/api/v1/auth/me").await;
    assert_eq!(refused.problem(429), "too_many_requests");
    assert_eq!(refused.headers[header::RETRY_AFTER], "1");
    assert_eq!(refused.headers["ratelimit"], "\"requests\";r=0;t=60");
    agent.get("/api/v1/auth/me").await.ok();
    app.clock.advance(TimeDelta::seconds(1));
    admin.get("/api/v1/auth/me").await.ok();
    assert_eq!(admin.get("/api/v1/auth/me").await.problem(429), "too_many_requests");
}

#[tokio::test]
async fn keys_have_their_own_and_made_up_ones_gain_nothing() {
    let app = App::with_rate_limit(config::RateLimit { per_caller: 5, per_address: 10 }).await;
    let admin = app.tenant("acme").await;
    let key = admin.api_key(&json!({ "name": "A", "scopes": ["read_rules"] })).await;
    for _ in 0..5 {
        key.get("/api/v1/rules").await.ok();
    }
    assert_eq!(key.get("/api/v1/rules").await.problem(429), "too_many_requests");
    admin.get("/api/v1/auth/me").await.ok();
    // One of the address went to the login of the admin.
    for n in 0..9 {
        let made_up = admin.with_token(&format!("sbk_{}{n}", "A".repeat(63)));
        assert_eq!(made_up.get("/api/v1/rules").await.problem(401), "unauthenticated");
    }
    let made_up = admin.with_token(&format!("sbk_{}", "B".repeat(64)));
    assert_eq!(made_up.get("/api/v1/rules").await.problem(429), "too_many_requests");
    let login = json!({ "email": admin.email, "password": "x" });
    assert_eq!(app.post("/api/v1/auth/login", &login).await.problem(429), "too_many_requests");
    admin.get("/api/v1/auth/me").await.ok();
}

#[tokio::test]
async fn webhooks_are_not_counted() {
    let app = App::with_rate_limit(config::RateLimit { per_caller: 0, per_address: 2 }).await;
    let admin = app.tenant("acme").await;
    let (_, key) = admin.connect("1001").await;
    for n in 0..5 {
        let answer = app.hook(&key, &webhook(&n.to_string(), &["1001"])).await;
        assert_eq!(answer.status, 200);
        assert!(!answer.headers.contains_key("ratelimit"));
    }
}
