//! The second factor, from setting it up to losing it.

use crate::app::{Answer, App, PASSWORD, Person};
use chrono::TimeDelta;
use domain::{Clock, role::Role};
use reqwest::header;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

const FACTOR: &str = "/api/v1/auth/second-factor";

/// Somebody's app.
struct Phone(Totp);

impl Phone {
    fn code(&self, app: &App) -> String {
        self.0.generate(app.clock.now().timestamp().cast_unsigned()).to_string()
    }
}

async fn begin(person: &Person) -> Phone {
    let begun = person.post(FACTOR, &json!({ "password": PASSWORD })).await.ok();
    let secret = begun["secret"].as_str().unwrap();
    assert!(begun["otpauth_uri"].as_str().unwrap().starts_with("otpauth://totp/acme:"), "{begun}");
    assert!(begun["otpauth_uri"].as_str().unwrap().contains(secret));
    Phone(Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap())
}

/// Sets one up. Gives the recovery codes, too.
async fn set_up(app: &App, person: &Person) -> (Phone, Vec<String>) {
    let phone = begin(person).await;
    let confirmed = person.post(&format!("{FACTOR}/confirmation"), &json!({ "code": phone.code(app) })).await.ok();
    let codes = confirmed["recovery_codes"].as_array().unwrap();
    (phone, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

async fn challenge(app: &App, person: &Person) -> String {
    let login = json!({ "email": person.email, "password": PASSWORD });
    let answer = app.post("/api/v1/auth/login", &login).await;
    assert_eq!(answer.problem(401), "second_factor_required");
    answer.body["challenge"].as_str().unwrap().to_owned()
}

async fn show(app: &App, challenge: &str, code: &str) -> Answer {
    let step = json!({ "challenge": challenge, "code": code, "refresh_token_delivery": "body" });
    app.post("/api/v1/auth/login/second-factor", &step).await
}

#[tokio::test]
async fn a_password_alone_is_not_enough_any_more() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let wrong = admin.post(FACTOR, &json!({ "password": "wrong" })).await;
    assert_eq!((wrong.problem(422), &wrong.body["errors"][0]["pointer"]), ("invalid", &json!("/password")));
    let phone = begin(&admin).await;
    // It is not asked for before it is confirmed.
    app.log_in_again(&admin).await;
    let confirmation = format!("{FACTOR}/confirmation");
    assert_eq!(admin.post(&confirmation, &json!({ "code": "000000" })).await.problem(401), "code_wrong");
    admin.post(&confirmation, &json!({ "code": phone.code(&app) })).await.ok();
    assert_eq!(admin.post(FACTOR, &json!({ "password": PASSWORD })).await.problem(409), "already_set_up");
    assert_eq!(admin.get(FACTOR).await.ok(), json!({ "set": true, "recovery_codes_left": 10 }));
    assert_eq!(admin.get("/api/v1/auth/me").await.ok()["user"]["has_second_factor"], true);

    let challenge = challenge(&app, &admin).await;
    assert_eq!(admin.with_token(&challenge).get("/api/v1/auth/me").await.problem(401), "unauthenticated");
    assert_eq!(show(&app, &challenge, "123456").await.problem(401), "code_wrong");
    assert_eq!(show(&app, "made up", &phone.code(&app)).await.problem(401), "code_wrong");
    app.clock.advance(TimeDelta::seconds(30));
    let tokens = show(&app, &challenge, &phone.code(&app)).await.ok();
    admin.with_token(tokens["access_token"].as_str().unwrap()).get("/api/v1/auth/me").await.ok();
}

#[tokio::test]
async fn a_code_is_good_once_and_a_challenge_for_minutes() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (phone, _) = set_up(&app, &admin).await;
    // The code that confirmed it was seen by whoever looked over the shoulder.
    let first = challenge(&app, &admin).await;
    assert_eq!(show(&app, &first, &phone.code(&app)).await.problem(401), "code_wrong");
    app.clock.advance(TimeDelta::seconds(30));
    let code = phone.code(&app);
    show(&app, &first, &code).await.ok();
    assert_eq!(show(&app, &first, &code).await.problem(401), "code_wrong");
    let body = json!({ "challenge": challenge(&app, &admin).await, "code": code });
    assert_eq!(app.post("/api/v1/auth/login/second-factor", &body).await.problem(401), "code_wrong");
    let late = challenge(&app, &admin).await;
    app.clock.advance(TimeDelta::minutes(5));
    assert_eq!(show(&app, &late, &phone.code(&app)).await.problem(401), "code_wrong");
}

#[tokio::test]
async fn two_who_show_the_same_code_at_once_do_not_both_get_in() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (phone, _) = set_up(&app, &admin).await;
    app.clock.advance(TimeDelta::seconds(30));
    let (challenge, code) = (challenge(&app, &admin).await, phone.code(&app));
    let (a, b) = tokio::join!(show(&app, &challenge, &code), show(&app, &challenge, &code));
    assert_eq!([&a, &b].into_iter().filter(|answer| answer.status.is_success()).count(), 1, "{a:?} {b:?}");
}

#[tokio::test]
async fn whoever_guesses_codes_waits_longer_and_longer_wherever_they_are() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (phone, _) = set_up(&app, &admin).await;
    app.clock.advance(TimeDelta::seconds(30));
    let mut first = challenge(&app, &admin).await;
    for minutes in [0, 0, 0, 0, 1, 2, 4] {
        assert_eq!(show(&app, &first, "000000").await.problem(401), "code_wrong");
        if minutes == 0 {
            continue;
        }
        let locked = show(&app, &first, &phone.code(&app)).await;
        assert_eq!(locked.problem(429), "too_many_requests");
        assert_eq!(locked.headers[header::RETRY_AFTER], (minutes * 60).to_string().as_str());
        app.clock.advance(TimeDelta::minutes(minutes));
        first = challenge(&app, &admin).await;
    }
    show(&app, &first, &phone.code(&app)).await.ok();
}

#[tokio::test]
async fn a_recovery_code_is_good_once_and_new_ones_replace_the_old() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (_, codes) = set_up(&app, &admin).await;
    assert_eq!(codes.len(), 10);
    let first = challenge(&app, &admin).await;
    show(&app, &first, &codes[0].to_uppercase()).await.ok();
    assert_eq!(show(&app, &first, &codes[0]).await.problem(401), "code_wrong");
    assert_eq!(admin.get(FACTOR).await.ok()["recovery_codes_left"], 9);
    let path = format!("{FACTOR}/recovery-codes");
    assert_eq!(admin.post(&path, &json!({ "password": "wrong" })).await.problem(422), "invalid");
    let renewed = admin.post(&path, &json!({ "password": PASSWORD })).await.ok();
    assert_eq!(show(&app, &first, &codes[1]).await.problem(401), "code_wrong");
    show(&app, &first, renewed["recovery_codes"][0].as_str().unwrap()).await.ok();
    // Nothing that is stored is good for anything.
    let stored: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT code_hash FROM recovery_codes").fetch_all(&app.db.owner).await.unwrap();
    assert!(stored.iter().all(|hash| hash.len() == 32));
}

#[tokio::test]
async fn it_is_removed_with_the_password_or_by_an_admin() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    set_up(&app, &agent).await;
    assert_eq!(agent.delete_with(FACTOR, &json!({ "password": "wrong" })).await.problem(422), "invalid");
    assert_eq!(agent.delete_with(FACTOR, &json!({ "password": PASSWORD })).await.status, 204);
    assert_eq!(agent.delete_with(FACTOR, &json!({ "password": PASSWORD })).await.problem(404), "not_found");
    let agent = app.log_in_again(&agent).await;
    app.clock.advance(TimeDelta::seconds(30));
    set_up(&app, &agent).await;
    let path = format!("/api/v1/users/{}/second-factor", agent.id);
    assert_eq!(agent.delete(&path).await.problem(403), "forbidden");
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.delete(&path).await.problem(404), "not_found");
    assert_eq!(agent.get("/api/v1/auth/me").await.problem(401), "unauthenticated");
    app.log_in_again(&agent).await;
}

#[tokio::test]
async fn whoever_has_to_set_one_up_can_do_nothing_else_before() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let key = admin.api_key(&json!({ "name": "A", "scopes": ["read_rules"] })).await;
    let require = |who: &str| json!({ "require_second_factor": who });
    let etag = admin.get("/api/v1/settings").await.etag();
    assert_eq!(agent.put_over("/api/v1/settings", &etag, &require("off")).await.problem(403), "forbidden");
    assert_eq!(admin.put_over("/api/v1/settings", "\"7\"", &require("off")).await.problem(412), "precondition_failed");
    admin.put_over("/api/v1/settings", &etag, &require("admins")).await.ok();

    // At once, in a session that was there before; the agent and the key are not concerned.
    assert_eq!(admin.get("/api/v1/users").await.problem(403), "second_factor_missing");
    assert_eq!(admin.get("/api/v1/settings").await.problem(403), "second_factor_missing");
    agent.get("/api/v1/users").await.ok();
    key.get("/api/v1/rules").await.ok();
    let me = admin.get("/api/v1/auth/me").await.ok();
    assert_eq!(me["must_set_up_second_factor"], true);
    let fresh = app.log_in_again(&admin).await;
    assert_eq!(fresh.get("/api/v1/users").await.problem(403), "second_factor_missing");
    set_up(&app, &fresh).await;
    fresh.get("/api/v1/users").await.ok();
    admin.get("/api/v1/users").await.ok();
    let etag = admin.get("/api/v1/settings").await.etag();
    admin.put_over("/api/v1/settings", &etag, &require("everybody")).await.ok();
    assert_eq!(agent.get("/api/v1/users").await.problem(403), "second_factor_missing");
}

#[tokio::test]
async fn a_new_password_by_a_link_does_not_do_without_it() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    set_up(&app, &admin).await;
    app.post("/api/v1/auth/password-reset", &json!({ "email": admin.email })).await;
    let confirm = json!({ "token": app.mailed_token().await, "new_password": PASSWORD });
    let confirmed: Value = app.post("/api/v1/auth/password-reset/confirmation", &confirm).await.ok();
    assert_eq!(confirmed, Value::Null);
    challenge(&app, &admin).await;
}
