//! Links in e-mails: invitations, and passwords that were forgotten.

use crate::app::{App, PASSWORD};
use chrono::TimeDelta;
use domain::role::Role;
use reqwest::header;
use serde_json::{Value, json};

fn accept(token: &str) -> Value {
    json!({ "token": token, "name": "Nina", "password": "chosen by Nina", "refresh_token_delivery": "body" })
}

#[tokio::test]
async fn an_invited_person_joins_once() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let team = admin.post("/api/v1/teams", &json!({ "name": "Support", "ticket_prefix": "SUP" })).await.ok();
    let invitation = json!({ "email": "nina@acme.example", "role": "team_lead", "team_ids": [team["id"]] });
    let made = admin.post("/api/v1/invitations", &invitation).await.ok();
    assert_eq!((&made["sent_at"], &made["invited_by"]), (&json!(null), &json!(admin.id)));
    let token = app.mailed_token().await;
    // The job knows nothing of whom, and nothing of the link.
    let args: Value = sqlx::query_scalar("SELECT args FROM queue.jobs WHERE kind = 'send-link'")
        .fetch_one(&app.db.owner)
        .await
        .unwrap();
    let mut members: Vec<_> = args.as_object().unwrap().keys().cloned().collect();
    members.sort();
    assert_eq!(members, ["link_id", "tenant_id"]);

    let seen = json!({ "tenant_name": "acme", "email": "nina@acme.example", "role_name": "team_lead" });
    for _ in 0..2 {
        assert_eq!(app.post("/api/v1/auth/invitation", &json!({ "token": token })).await.ok(), seen);
    }
    let made_up = app.post("/api/v1/auth/invitation", &json!({ "token": &token[1..] })).await;
    assert_eq!(made_up.problem(410), "link_expired");

    let tokens = app.post("/api/v1/auth/accept-invitation", &accept(&token)).await;
    assert_eq!(tokens.status, 201);
    let again = app.post("/api/v1/auth/invitation", &json!({ "token": token })).await;
    assert_eq!(again.problem(410), "link_expired");
    let nina = admin.with_token(tokens.ok()["access_token"].as_str().unwrap());
    let me = nina.get("/api/v1/auth/me").await.ok();
    assert_eq!((&me["user"]["name"], &me["user"]["role"]), (&json!("Nina"), &json!("team_lead")));
    assert_eq!((&me["user"]["email"], &me["user"]["team_ids"]), (&json!("nina@acme.example"), &json!([team["id"]])));
    let again = app.post("/api/v1/auth/accept-invitation", &accept(&token)).await;
    assert_eq!(again.problem(410), "link_expired");
    assert_eq!(admin.get("/api/v1/invitations").await.ok()["items"], json!([]));
    assert_eq!(admin.post("/api/v1/invitations", &invitation).await.problem(409), "email_taken");
}

#[tokio::test]
async fn two_who_accept_at_once_do_not_both_join() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    admin.post("/api/v1/invitations", &json!({ "email": "n@acme.example", "role": "agent" })).await.ok();
    let body = accept(&app.mailed_token().await);
    let path = "/api/v1/auth/accept-invitation";
    let (a, b) = tokio::join!(app.post(path, &body), app.post(path, &body));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 410], "{a:?} {b:?}");
}

#[tokio::test]
async fn an_invitation_ends_when_it_is_taken_back_replaced_or_old() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let invitation = json!({ "email": "nina@acme.example", "name": "Nina", "role": "agent" });
    let made = admin.post("/api/v1/invitations", &invitation).await.ok();
    let path = format!("/api/v1/invitations/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.post("/api/v1/invitations", &invitation).await.problem(409), "already_invited");
    let first = app.mailed_token().await;
    assert_eq!(admin.post(&format!("{path}/resend"), &json!({})).await.status, 202);
    let second = app.mailed_token().await;
    assert_eq!(app.post("/api/v1/auth/accept-invitation", &accept(&first)).await.problem(410), "link_expired");
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(app.post("/api/v1/auth/accept-invitation", &accept(&second)).await.problem(410), "link_expired");

    let admin = app.log_in_again(&admin).await;
    admin.post(&format!("{path}/resend"), &json!({})).await.ok();
    let third = app.mailed_token().await;
    let weak = json!({ "token": third, "name": " ", "password": "short" });
    assert_eq!(app.post("/api/v1/auth/accept-invitation", &weak).await.problem(422), "invalid");
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(app.post("/api/v1/auth/accept-invitation", &accept(&third)).await.problem(410), "link_expired");
    assert_eq!(admin.post(&format!("{path}/resend"), &json!({})).await.problem(404), "not_found");
    admin.post("/api/v1/invitations", &invitation).await.ok();
}

#[tokio::test]
async fn a_forgotten_password_is_set_by_a_link_once() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let asked = app.post("/api/v1/auth/password-reset", &json!({ "email": agent.email.to_uppercase() })).await;
    let unknown = app.post("/api/v1/auth/password-reset", &json!({ "email": "nobody@acme.example" })).await;
    assert_eq!((asked.status.as_u16(), unknown.status.as_u16()), (202, 202));
    assert_eq!((&asked.body, app.count("mailed_links").await), (&unknown.body, 1));
    // Whoever asked may be anybody: the password stays good until the link is used.
    agent.get("/api/v1/auth/me").await.ok();

    let confirm = json!({ "token": app.mailed_token().await, "new_password": "a new password" });
    let path = "/api/v1/auth/password-reset/confirmation";
    assert_eq!(app.post(path, &confirm).await.status, 204);
    assert_eq!(app.post(path, &confirm).await.problem(410), "link_expired");
    assert_eq!(agent.get("/api/v1/auth/me").await.problem(401), "unauthenticated");
    let login = |password: &str| json!({ "email": agent.email, "password": password });
    assert_eq!(app.post("/api/v1/auth/login", &login(PASSWORD)).await.problem(401), "login_failed");
    app.post("/api/v1/auth/login", &login("a new password")).await.ok();

    app.post("/api/v1/auth/password-reset", &json!({ "email": agent.email })).await;
    let confirm = json!({ "token": app.mailed_token().await, "new_password": "a newer password" });
    app.clock.advance(TimeDelta::hours(1));
    assert_eq!(app.post(path, &confirm).await.problem(410), "link_expired");
}

#[tokio::test]
async fn nobody_floods_a_mailbox() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let body = json!({ "email": admin.email });
    for _ in 0..10 {
        assert_eq!(app.post("/api/v1/auth/password-reset", &body).await.status, 202);
    }
    assert_eq!(app.count("mailed_links").await, 3);
    let throttled = app.post("/api/v1/auth/password-reset", &json!({ "email": admin.email })).await;
    assert_eq!(throttled.problem(429), "too_many_requests");
    assert_eq!(throttled.headers[header::RETRY_AFTER], "300");
}

#[tokio::test]
async fn an_admin_resets_a_password_and_the_old_one_is_refused_at_once() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let path = format!("/api/v1/users/{}/password-reset", agent.id);
    assert_eq!(agent.post(&path, &json!({})).await.problem(403), "forbidden");
    assert_eq!(admin.post(&path, &json!({})).await.status, 202);
    assert_eq!(agent.get("/api/v1/auth/me").await.problem(401), "unauthenticated");
    let login = json!({ "email": agent.email, "password": PASSWORD });
    assert_eq!(app.post("/api/v1/auth/login", &login).await.problem(401), "login_failed");
    let confirm = json!({ "token": app.mailed_token().await, "new_password": "a new password" });
    assert_eq!(app.post("/api/v1/auth/password-reset/confirmation", &confirm).await.status, 204);
    let login = json!({ "email": agent.email, "password": "a new password" });
    app.post("/api/v1/auth/login", &login).await.ok();
}

#[tokio::test]
async fn a_link_is_good_for_its_purpose_alone() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    admin.post("/api/v1/invitations", &json!({ "email": "n@acme.example", "role": "agent" })).await.ok();
    let confirm = json!({ "token": app.mailed_token().await, "new_password": "a new password" });
    assert_eq!(app.post("/api/v1/auth/password-reset/confirmation", &confirm).await.problem(410), "link_expired");
    app.post("/api/v1/auth/password-reset", &json!({ "email": admin.email })).await;
    let body = accept(&app.mailed_token().await);
    assert_eq!(app.post("/api/v1/auth/accept-invitation", &body).await.problem(410), "link_expired");
    for token in ["", "x", &"A".repeat(64)] {
        assert_eq!(app.post("/api/v1/auth/accept-invitation", &accept(token)).await.problem(410), "link_expired");
    }
}

#[tokio::test]
async fn without_a_mail_server_nobody_is_told_that_an_email_comes() {
    let app = App::without_mail().await;
    let admin = app.tenant("acme").await;
    let invitation = json!({ "email": "n@acme.example", "role": "agent" });
    assert_eq!(admin.post("/api/v1/invitations", &invitation).await.problem(409), "mail_not_configured");
    let reset = json!({ "email": admin.email });
    assert_eq!(app.post("/api/v1/auth/password-reset", &reset).await.problem(409), "mail_not_configured");
    let path = format!("/api/v1/users/{}/password-reset", admin.id);
    assert_eq!(admin.post(&path, &json!({})).await.problem(409), "mail_not_configured");
    admin.get("/api/v1/auth/me").await.ok();
}
