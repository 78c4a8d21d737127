//! `Idempotency-Key`: however often and however fast, one effect.

use crate::app::App;
use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::json;

fn rule(name: &str) -> serde_json::Value {
    let definition = json!({ "trigger": { "type": "keyword", "keywords": ["refund"] },
                             "actions": [{ "type": "add_tag", "tag": "refund" }] });
    json!({ "name": name, "enabled": true, "definition": definition })
}

#[tokio::test]
async fn twenty_at_once_make_one() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let body = rule("Refunds");
    let answers = join_all((0..20).map(|_| admin.post_once("/api/v1/rules", "key-1", &body))).await;
    let mut made = Vec::new();
    for answer in &answers {
        match answer.status.as_u16() {
            201 => made.push(answer.body["id"].clone()),
            409 => assert_eq!(answer.problem(409), "in_progress"),
            _ => panic!("{answer:?}"),
        }
    }
    made.dedup();
    assert_eq!(made.len(), 1);
    assert_eq!(app.count("rules").await, 1);
    let again = admin.post_once("/api/v1/rules", "key-1", &body).await;
    assert_eq!((again.status.as_u16(), &again.body["id"]), (201, &made[0]));
    assert_eq!(again.headers["idempotent-replay"], "true");
}

#[tokio::test]
async fn a_key_belongs_to_one_request_and_one_person_for_a_day() {
    let app = App::start().await;
    let (acme, bolt) = (app.tenant("acme").await, app.tenant("bolt").await);
    acme.post_once("/api/v1/rules", "key", &rule("One")).await.ok();
    assert_eq!(acme.post_once("/api/v1/rules", "key", &rule("Two")).await.problem(422), "idempotency_key_reused");
    bolt.post_once("/api/v1/rules", "key", &rule("One")).await.ok();
    assert_eq!(app.count("rules").await, 2);
    app.clock.advance(TimeDelta::hours(24));
    let login = json!({ "refresh_token": acme.refresh });
    let token = app.post("/api/v1/auth/refresh", &login).await.ok()["access_token"].as_str().unwrap().to_owned();
    let acme = crate::app::Person { token, ..acme };
    acme.post_once("/api/v1/rules", "key", &rule("Two")).await.ok();
    assert_eq!(app.count("rules").await, 3);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let mut bad = rule("Bad");
    bad["definition"]["actions"] = json!([]);
    assert_eq!(admin.post_once("/api/v1/rules", "key", &bad).await.problem(422), "invalid");
    admin.post_once("/api/v1/rules", "key", &rule("Good")).await.ok();
}

#[tokio::test]
async fn the_kept_answer_holds_no_secret() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let mut body = crate::app::connection("1001");
    body["endpoint_settings"].as_object_mut().unwrap().remove("verify_token");
    let first = admin.post_once("/api/v1/connections", "key", &body).await.ok();
    let token = first["generated_secrets"]["verify_token"].as_str().unwrap().to_owned();
    let again = admin.post_once("/api/v1/connections", "key", &body).await.ok();
    assert_eq!(again["id"], first["id"]);
    assert!(again.get("generated_secrets").is_none());
    let kept: String =
        sqlx::query_scalar("SELECT response_body::text FROM idempotency_keys").fetch_one(&app.db.owner).await.unwrap();
    assert!(!kept.contains(&token) && !kept.contains("token-of-the-tests"), "{kept}");
}
