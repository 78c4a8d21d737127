//! Keys for machines.

use crate::app::App;
use chrono::TimeDelta;
use domain::role::Role;
use serde_json::json;

#[tokio::test]
async fn a_key_is_shown_once_and_allows_what_it_says() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let new = json!({ "name": "Export", "scopes": ["read_rules", "work_conversations"] });
    let made = admin.post_once("/api/v1/api-keys", "one", &new).await.ok();
    let token = made["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("sbk_"), "{token}");
    // Neither the list nor the answer to a repeated request has it, and nothing that is stored.
    let again = admin.post_once("/api/v1/api-keys", "one", &new).await.ok();
    let listed = admin.get("/api/v1/api-keys").await.ok();
    assert!(again.get("token").is_none() && !listed.to_string().contains(&token[4..]));
    assert_eq!(listed["items"][0]["id"], made["id"]);

    let machine = admin.with_token(&token);
    let me = machine.get("/api/v1/auth/me").await.ok();
    assert_eq!(me["permissions"], json!(["read_rules", "work_conversations"]));
    machine.get("/api/v1/rules").await.ok();
    assert_eq!(machine.get("/api/v1/connections").await.problem(403), "forbidden");
    // The account of whoever made it is none of its business.
    assert_eq!(machine.get("/api/v1/auth/sessions").await.problem(403), "forbidden");
    let password = json!({ "new_password": "another password", "current_password": crate::app::PASSWORD });
    assert_eq!(machine.put(&format!("/api/v1/users/{}/password", admin.id), &password).await.problem(403), "forbidden");
}

#[tokio::test]
async fn a_key_ends_when_it_is_revoked_and_when_its_time_is_over() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let until = domain::Clock::now(&app.clock) + TimeDelta::days(1);
    let new = json!({ "name": "A", "scopes": ["read_rules"], "expires_at": until });
    let (short, long) =
        (admin.api_key(&new).await, admin.api_key(&json!({ "name": "B", "scopes": ["read_rules"] })).await);
    short.get("/api/v1/rules").await.ok();
    long.get("/api/v1/rules").await.ok();
    let past = json!({ "name": "C", "scopes": ["read_rules"], "expires_at": domain::Clock::now(&app.clock) });
    assert_eq!(admin.post("/api/v1/api-keys", &past).await.problem(422), "invalid");

    app.clock.advance(TimeDelta::days(1));
    let admin = app.log_in_again(&admin).await;
    assert_eq!(short.get("/api/v1/rules").await.problem(401), "unauthenticated");
    long.get("/api/v1/rules").await.ok();
    let listed = admin.get("/api/v1/api-keys").await.ok();
    let id = listed["items"][1]["id"].as_str().unwrap();
    assert_eq!(listed["items"][1]["last_used_at"], json!(domain::Clock::now(&app.clock)));
    assert_eq!(admin.delete(&format!("/api/v1/api-keys/{id}")).await.status, 204);
    assert_eq!(long.get("/api/v1/rules").await.problem(401), "unauthenticated");
    assert_eq!(admin.delete(&format!("/api/v1/api-keys/{id}")).await.problem(404), "not_found");
    let made_up = admin.with_token(&format!("sbk_{}", "A".repeat(64)));
    assert_eq!(made_up.get("/api/v1/rules").await.problem(401), "unauthenticated");
}

#[tokio::test]
async fn a_key_never_allows_more_than_its_maker_may_do() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let second = app.colleague(&admin, "second", Role::Admin).await;
    let key =
        second.api_key(&json!({ "name": "A", "scopes": ["manage_rules", "read_rules", "manage_api_keys"] })).await;
    let more = json!({ "name": "B", "scopes": ["manage_users"] });
    assert_eq!(key.post("/api/v1/api-keys", &more).await.problem(403), "beyond_your_own");
    assert_eq!(admin.post("/api/v1/api-keys", &json!({ "name": "C", "scopes": [] })).await.problem(422), "invalid");

    let path = format!("/api/v1/users/{}", second.id);
    let etag = admin.get(&path).await.etag();
    let etag = admin.patch(&path, &etag, &json!({ "role": "team_lead" })).await.etag();
    key.get("/api/v1/rules").await.ok();
    assert_eq!(key.post("/api/v1/rules", &json!({ "name": "x", "definition": {} })).await.problem(403), "forbidden");
    let etag = admin.patch(&path, &etag, &json!({ "active": false })).await.etag();
    assert_eq!(key.get("/api/v1/rules").await.problem(401), "unauthenticated");
    // It does not come back with them.
    admin.patch(&path, &etag, &json!({ "active": true })).await.ok();
    assert_eq!(key.get("/api/v1/rules").await.problem(401), "unauthenticated");
}

#[tokio::test]
async fn what_a_key_does_is_told_of_the_key() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let key =
        admin.api_key(&json!({ "name": "Robot", "scopes": ["manage_teams", "read_audit", "operate_queue"] })).await;
    key.post("/api/v1/teams", &json!({ "name": "Made by it", "ticket_prefix": "BOT" })).await.ok();
    let log = key.get("/api/v1/audit-log?action=team.created").await.ok();
    assert_eq!((&log["items"][0]["api_key_name"], &log["items"][0]["user_id"]), (&json!("Robot"), &json!(admin.id)));
    key.put("/api/v1/queue/pauses/all", &json!({})).await.ok();
    let actor: serde_json::Value = sqlx::query_scalar("SELECT actor FROM events WHERE kind = 'queue.changed'")
        .fetch_one(&app.db.owner)
        .await
        .unwrap();
    assert_eq!((&actor["kind"], &actor["user_id"]), (&json!("api_key"), &json!(admin.id)));
}
