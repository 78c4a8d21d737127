//! What a failed request is answered with.

use crate::app::{Answer, App};
use reqwest::Method;
use serde_json::json;

fn shown(answer: &Answer) -> serde_json::Value {
    let mut body = answer.body.clone();
    assert_eq!(body["request_id"], answer.headers["x-request-id"].to_str().unwrap());
    body["request_id"] = json!("…");
    body
}

#[tokio::test]
async fn every_refusal_has_the_same_form() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let mut bodies = Vec::new();
    let plain = |method: Method, path: &str| app.request(method, path);
    for (name, request) in [
        ("unknown path", plain(Method::GET, "/api/v1/nothing")),
        ("wrong method", plain(Method::DELETE, "/api/v1/users")),
        ("no token", plain(Method::GET, "/api/v1/users")),
        ("not an id", admin.request(Method::GET, "/api/v1/users/7")),
        ("unknown parameter", admin.request(Method::GET, "/api/v1/users?limits=7")),
        ("limit", admin.request(Method::GET, "/api/v1/users?limit=201")),
        ("cursor", admin.request(Method::GET, "/api/v1/users?cursor=x")),
        ("not JSON", plain(Method::POST, "/api/v1/auth/login").header("content-type", "application/json").body("{")),
        ("wrong type", plain(Method::POST, "/api/v1/auth/login").body("{}")),
        ("wrong shape", plain(Method::POST, "/api/v1/auth/login").json(&json!({ "email": 1, "password": "x" }))),
        ("too large", admin.request(Method::POST, "/api/v1/rules").json(&json!({ "name": "x".repeat(1 << 20) }))),
        ("unknown endpoint", plain(Method::POST, "/hooks/0123456789abcdef").body("{}")),
    ] {
        let answer = Answer::of(request.send().await.unwrap()).await;
        answer.problem(answer.status.as_u16());
        bodies.push(json!({ "when": name, "answer": shown(&answer) }));
    }
    insta::assert_json_snapshot!(bodies);
}

#[tokio::test]
async fn text_that_the_database_cannot_hold_is_the_clients_fault() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let definition = json!({ "trigger": { "type": "keyword", "keywords": ["x"] },
                             "actions": [{ "type": "add_tag", "tag": "x" }] });
    let rule = json!({ "name": "a\u{0}b", "definition": definition });
    assert_eq!(admin.post("/api/v1/rules", &rule).await.problem(422), "invalid");
    assert_eq!(admin.get("/api/v1/conversations?search=%00").await.problem(400), "bad_request");
    assert_eq!(admin.put("/api/v1/brands/a%00b", &json!({ "name": "A" })).await.problem(404), "not_found");
}

#[tokio::test]
async fn operators_see_whether_it_lives_and_is_ready() {
    let app = App::start().await;
    assert_eq!(app.get("/healthz").await.status, 200);
    let ready = app.get("/readyz").await;
    assert_eq!(ready.ok(), json!({ "ready": true, "checks": [{ "name": "database", "ready": true }] }));
    let metrics = app.get("/metrics").await;
    assert_eq!(metrics.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(metrics.status, 200);
}

#[tokio::test]
async fn answers_tell_browsers_to_be_careful() {
    let app = App::start().await;
    let answer = app.get("/healthz").await;
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let page = app.request(Method::GET, "/docs/").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'self'"));
    assert!(page.text().await.unwrap().contains("swagger-ui"));
    let problems = app.request(Method::GET, "/docs/problems").send().await.unwrap().text().await.unwrap();
    assert!(problems.contains("id=\"window_closed\""));
}
