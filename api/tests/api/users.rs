//! People: who may change whom, and passwords.

use crate::app::{App, PASSWORD};
use domain::role::Role;
use serde_json::json;

#[tokio::test]
async fn an_admin_makes_a_person_who_can_log_in() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let user = json!({ "email": "new@acme.example", "name": " New ", "role": "supervisor", "password": "0123456789" });
    let made = admin.post("/api/v1/users", &user).await.ok();
    assert_eq!(made["name"], "New");
    let login = json!({ "email": "NEW@acme.example", "password": "0123456789" });
    assert_eq!(app.post("/api/v1/auth/login", &login).await.ok()["role"], "supervisor");
    assert_eq!(admin.post("/api/v1/users", &user).await.problem(409), "email_taken");
    let listed = admin.get("/api/v1/users").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn everything_wrong_with_a_person_is_said_at_once() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let user = json!({ "email": "nobody", "name": " ", "role": "agent", "password": "short" });
    let answer = admin.post("/api/v1/users", &user).await;
    assert_eq!(answer.problem(422), "invalid");
    let pointers: Vec<_> = answer.body["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
    assert_eq!(pointers, ["/email", "/name", "/password"]);
}

#[tokio::test]
async fn only_admins_manage_people_but_all_may_change_their_name() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let path = format!("/api/v1/users/{}", agent.id);
    let etag = agent.get(&path).await.etag();
    assert_eq!(agent.patch(&path, &etag, &json!({ "role": "admin" })).await.problem(403), "forbidden");
    assert_eq!(agent.patch(&path, &etag, &json!({ "name": "Ann" })).await.ok()["name"], "Ann");
    let user = json!({ "email": "x@acme.example", "name": "X", "role": "agent", "password": PASSWORD });
    assert_eq!(agent.post("/api/v1/users", &user).await.problem(403), "forbidden");
}

#[tokio::test]
async fn the_last_admin_stays() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let path = format!("/api/v1/users/{}", admin.id);
    let etag = admin.get(&path).await.etag();
    for change in [json!({ "role": "agent" }), json!({ "active": false })] {
        assert_eq!(admin.patch(&path, &etag, &change).await.problem(409), "last_admin");
    }
    app.colleague(&admin, "second", Role::Admin).await;
    admin.patch(&path, &etag, &json!({ "role": "agent" })).await.ok();
}

#[tokio::test]
async fn a_password_is_changed_with_the_current_one_or_by_an_admin() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let path = format!("/api/v1/users/{}/password", agent.id);
    let change = |current: &str| json!({ "new_password": "another password", "current_password": current });
    let wrong = agent.put(&path, &change("wrong")).await;
    assert_eq!(wrong.problem(422), "invalid");
    assert_eq!(wrong.body["errors"][0]["pointer"], "/current_password");
    assert_eq!(agent.put(&path, &change(PASSWORD)).await.status, 204);
    agent.get("/api/v1/auth/me").await.ok();

    let others = format!("/api/v1/users/{}/password", admin.id);
    assert_eq!(agent.put(&others, &change(PASSWORD)).await.problem(403), "forbidden");

    let reset = json!({ "new_password": "the third password" });
    assert_eq!(admin.put(&path, &reset).await.status, 204);
    assert_eq!(agent.get("/api/v1/auth/me").await.problem(401), "unauthenticated");
    let login = |password: &str| json!({ "email": agent.email, "password": password });
    assert_eq!(app.post("/api/v1/auth/login", &login("another password")).await.problem(401), "login_failed");
    app.post("/api/v1/auth/login", &login("the third password")).await.ok();
}
