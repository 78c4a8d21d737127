//! Signing in, staying in, and being thrown out.

use crate::app::{Answer, App, PASSWORD};
use chrono::TimeDelta;
use domain::role::Role;
use reqwest::{Method, StatusCode, header};
use serde_json::json;

fn refresh(token: &str) -> serde_json::Value {
    json!({ "refresh_token": token })
}

#[tokio::test]
async fn an_access_token_lives_a_quarter_of_an_hour() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let me = admin.get("/api/v1/auth/me").await.ok();
    assert_eq!(me["user"]["email"], "admin@acme.example");
    assert_eq!(me["tenant"]["slug"], "acme");
    assert!(me["permissions"].as_array().unwrap().contains(&json!("manage_users")));
    app.clock.advance(TimeDelta::minutes(14));
    admin.get("/api/v1/auth/me").await.ok();
    app.clock.advance(TimeDelta::minutes(1));
    let answer = admin.get("/api/v1/auth/me").await;
    assert_eq!(answer.problem(401), "unauthenticated");
    assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_a_copy_ends_the_session() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let first = app.post("/api/v1/auth/refresh", &refresh(&admin.refresh)).await.ok();
    let second = first["refresh_token"].as_str().unwrap().to_owned();
    assert_ne!(second, admin.refresh);
    let newer = app.post("/api/v1/auth/refresh", &refresh(&second)).await.ok();

    // Whoever copied the first token uses it, and everything of the session is over.
    assert_eq!(app.post("/api/v1/auth/refresh", &refresh(&admin.refresh)).await.problem(401), "refresh_failed");
    let newest = newer["refresh_token"].as_str().unwrap();
    assert_eq!(app.post("/api/v1/auth/refresh", &refresh(newest)).await.problem(401), "refresh_failed");
    assert_eq!(admin.get("/api/v1/auth/me").await.problem(401), "unauthenticated");

    // Another session of the same person is not concerned.
    let login = json!({ "email": admin.email, "password": PASSWORD });
    app.post("/api/v1/auth/login", &login).await.ok();
}

#[tokio::test]
async fn two_refreshes_at_once_do_not_both_succeed() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let body = refresh(&admin.refresh);
    let (a, b) = tokio::join!(app.post("/api/v1/auth/refresh", &body), app.post("/api/v1/auth/refresh", &body));
    let good = [a.status, b.status].into_iter().filter(StatusCode::is_success).count();
    assert_eq!(good, 1, "{a:?} {b:?}");
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    app.clock.advance(TimeDelta::days(30));
    assert_eq!(app.post("/api/v1/auth/refresh", &refresh(&admin.refresh)).await.problem(401), "refresh_failed");
}

#[tokio::test]
async fn logging_out_kills_both_tokens() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    assert_eq!(app.post("/api/v1/auth/logout", &refresh(&admin.refresh)).await.status, 204);
    assert_eq!(admin.get("/api/v1/auth/me").await.problem(401), "unauthenticated");
    assert_eq!(app.post("/api/v1/auth/refresh", &refresh(&admin.refresh)).await.problem(401), "refresh_failed");
}

#[tokio::test]
async fn a_browser_keeps_its_refresh_token_in_a_cookie() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let login = app.post("/api/v1/auth/login", &json!({ "email": admin.email, "password": PASSWORD })).await;
    let cookie = login.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    for part in ["signalbox_refresh=", "Path=/api/v1/auth", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(login.body.get("refresh_token").is_none());

    let cookie = cookie.split(';').next().unwrap().to_owned();
    let send = |name: &'static str, value: String| {
        let request = app.request(Method::POST, "/api/v1/auth/refresh").header(header::COOKIE, &cookie);
        async move { Answer::of(request.header(name, value).send().await.unwrap()).await }
    };
    // Another site can make the browser send the cookie, but not the header.
    assert_eq!(send("x-other", "1".to_owned()).await.problem(403), "cross_site");
    let foreign = app
        .request(Method::POST, "/api/v1/auth/refresh")
        .header(header::COOKIE, &cookie)
        .header("x-signalbox-csrf", "1")
        .header(header::ORIGIN, "https://evil.example");
    assert_eq!(Answer::of(foreign.send().await.unwrap()).await.problem(403), "cross_site");
    let refreshed = send("x-signalbox-csrf", "1".to_owned()).await;
    let refreshed_cookie = refreshed.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(refreshed.ok().get("refresh_token").is_none());

    // A page that was loaded anew while it waited sends the cookie that it still has.
    app.clock.advance(TimeDelta::seconds(9));
    assert_eq!(send("x-signalbox-csrf", "1".to_owned()).await.status, 200);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(send("x-signalbox-csrf", "1".to_owned()).await.problem(401), "refresh_failed");
    let newer = refreshed_cookie.split(';').next().unwrap();
    let newer = app.request(Method::POST, "/api/v1/auth/refresh").header(header::COOKIE, newer);
    let ended = Answer::of(newer.header("x-signalbox-csrf", "1").send().await.unwrap()).await;
    assert_eq!(ended.problem(401), "refresh_failed", "a copy that comes later ends the session");
}

#[tokio::test]
async fn strangers_and_wrong_passwords_are_answered_alike_and_have_to_wait() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let try_to = |email: &str, password: &str| {
        let login = json!({ "email": email, "password": password });
        let app = &app;
        async move { app.post("/api/v1/auth/login", &login).await }
    };
    let mut known = try_to(&admin.email, "wrong").await;
    let mut unknown = try_to("nobody@acme.example", "wrong").await;
    assert_eq!(known.problem(401), "login_failed");
    for answer in [&mut known, &mut unknown] {
        answer.body.as_object_mut().unwrap().remove("request_id");
    }
    assert_eq!(known.body, unknown.body);
    for _ in 0..9 {
        try_to(&admin.email, "wrong").await;
    }
    let throttled = try_to(&admin.email, PASSWORD).await;
    assert_eq!(throttled.problem(429), "too_many_requests");
    assert_eq!(throttled.headers[header::RETRY_AFTER], "300");
    app.clock.advance(TimeDelta::minutes(5));
    try_to(&admin.email, PASSWORD).await.ok();
}

#[tokio::test]
async fn one_address_in_two_tenants_has_to_say_which() {
    let app = App::start().await;
    let (acme, bolt) = (app.tenant("acme").await, app.tenant("bolt").await);
    let user = json!({ "email": acme.email, "name": "Twin", "role": "agent", "password": PASSWORD });
    bolt.post("/api/v1/users", &user).await.ok();
    let login = json!({ "email": acme.email.to_uppercase(), "password": PASSWORD });
    let answer = app.post("/api/v1/auth/login", &login).await;
    assert_eq!(answer.problem(409), "tenant_required");
    assert_eq!(answer.body["tenants"], json!(["acme", "bolt"]));
    let login = json!({ "email": acme.email, "password": PASSWORD, "tenant": "bolt" });
    assert_eq!(app.post("/api/v1/auth/login", &login).await.ok()["tenant_id"], json!(bolt.tenant));
}

#[tokio::test]
async fn who_is_deactivated_is_out_at_once() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let path = format!("/api/v1/users/{}", agent.id);
    let etag = admin.get(&path).await.etag();
    admin.patch(&path, &etag, &json!({ "active": false })).await.ok();
    assert_eq!(agent.get("/api/v1/auth/me").await.problem(401), "unauthenticated");
    assert_eq!(app.post("/api/v1/auth/refresh", &refresh(&agent.refresh)).await.problem(401), "refresh_failed");
    let login = json!({ "email": agent.email, "password": PASSWORD });
    assert_eq!(app.post("/api/v1/auth/login", &login).await.problem(401), "login_failed");
}

#[tokio::test]
async fn a_lowered_role_counts_at_once() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let second = app.colleague(&admin, "second", Role::Admin).await;
    let path = format!("/api/v1/users/{}", second.id);
    second.get("/api/v1/connections").await.ok();
    let etag = admin.get(&path).await.etag();
    admin.patch(&path, &etag, &json!({ "role": "agent" })).await.ok();
    assert_eq!(second.get("/api/v1/connections").await.problem(403), "forbidden");
}

#[tokio::test]
async fn a_hash_of_an_import_is_good_and_replaced_at_the_login() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let imported = bcrypt::hash(PASSWORD, 5).unwrap();
    let set = "UPDATE users SET password_hash = $1 WHERE id = $2";
    sqlx::query(set).bind(&imported).bind(admin.id.0).execute(&app.db.owner).await.unwrap();
    let path = format!("/api/v1/users/{}", admin.id);
    let etag = admin.get(&path).await.etag();
    let login = |password: &str| json!({ "email": admin.email, "password": password });
    assert_eq!(app.post("/api/v1/auth/login", &login("wrong")).await.problem(401), "login_failed");
    app.post("/api/v1/auth/login", &login(PASSWORD)).await.ok();
    let stored: String = sqlx::query_scalar("SELECT password_hash FROM users WHERE id = $1")
        .bind(admin.id.0)
        .fetch_one(&app.db.owner)
        .await
        .unwrap();
    assert!(stored.starts_with("$argon2id$"), "{stored}");
    app.post("/api/v1/auth/login", &login(PASSWORD)).await.ok();
    assert_eq!(admin.get(&path).await.etag(), etag, "nobody has changed anything");
}

#[tokio::test]
async fn every_operation_that_reads_a_cookie_asks_who_sent_it() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let login = app.post("/api/v1/auth/login", &json!({ "email": admin.email, "password": PASSWORD })).await;
    let cookie = login.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    for (method, path, operation) in crate::openapi::operations(&signalbox_api::openapi::document()) {
        let path = crate::openapi::filled_in(&path);
        let request = app.request(method.to_uppercase().parse().unwrap(), &path).header(header::COOKIE, &cookie);
        let answer = Answer::of(request.send().await.unwrap()).await;
        // Nothing takes a cookie for a login: what needs a token refuses it, what is public does not look at it.
        if operation["security"] != json!([{}]) {
            assert_eq!(answer.status, 401, "{method} {path}");
        } else if ["/api/v1/auth/refresh", "/api/v1/auth/logout"].contains(&path.as_str()) {
            assert_eq!(answer.problem(403), "cross_site", "{method} {path}");
        }
    }
    let refresh = app.request(Method::POST, "/api/v1/auth/refresh").header(header::COOKIE, &cookie);
    let refreshed = Answer::of(refresh.header("x-signalbox-csrf", "1").send().await.unwrap()).await;
    assert!(refreshed.status.is_success(), "nothing has used the cookie: {refreshed:?}");
}
