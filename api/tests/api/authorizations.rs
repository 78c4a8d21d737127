//! A connection is authorized by a person, who comes back from the provider to a public page.

use crate::{
    app::{App, Person},
    authorization_server::{by_person, connect, consent, install},
};
use chrono::TimeDelta;
use domain::role::Role;
use serde_json::json;
use test_support::authorization_server::Fault;
use url::Url;

/// A page that a person was sent to.
struct Page {
    status: u16,
    text: String,
}

/// Somebody's browser, with the cookies it was given.
#[derive(Default)]
struct Browser(Vec<String>);

impl Browser {
    /// Begins to authorize a connection in it; where the person is sent.
    async fn begin(&mut self, admin: &Person, path: &str) -> String {
        let begun = admin.post(&format!("{path}/oauth/authorize"), &json!({})).await;
        let cookie = begun.headers["set-cookie"].to_str().unwrap();
        let (cookie, attributes) = cookie.split_once("; ").unwrap();
        assert_eq!(attributes, "Path=/oauth/callback; Max-Age=600; HttpOnly; SameSite=Lax");
        self.0.push(cookie.to_owned());
        begun.ok()["authorization_url"].as_str().unwrap().to_owned()
    }

    async fn open(&self, url: &Url) -> Page {
        let request = reqwest::Client::new().get(url.clone()).header("cookie", self.0.join("; "));
        page(request.send().await.unwrap()).await
    }
}

async fn page(answer: reqwest::Response) -> Page {
    let headers = answer.headers().clone();
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert_eq!(headers["referrer-policy"], "no-referrer");
    assert_eq!(headers["cache-control"], "no-store");
    assert!(!headers.contains_key("location"));
    Page { status: answer.status().as_u16(), text: answer.text().await.unwrap() }
}

async fn world() -> (App, Person, String) {
    let app = App::start().await;
    install(&app, "shop", &by_person()).await;
    let admin = app.tenant("acme").await;
    let path = connect(&admin, "shop").await;
    (app, admin, path)
}

#[tokio::test]
async fn a_person_connects_a_shop() {
    let (app, admin, path) = world().await;
    let before = admin.get(&path).await.ok();
    assert_eq!(
        (&before["status"], &before["status_reason"]),
        (&json!("needs_reauth"), &json!("nobody has authorized it yet"))
    );
    assert_eq!(before["secrets"], json!({}), "nobody types a token");
    assert_eq!(admin.get(&format!("{path}/oauth")).await.ok()["authorized"], false);

    let mut browser = Browser::default();
    let back = consent(&app, &browser.begin(&admin, &path).await).await;
    let page = browser.open(&back).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("“Kettle &lt;&amp; Sons&gt;” is connected"), "{}", page.text);

    assert_eq!(admin.get(&path).await.ok()["status"], "active");
    let granted = admin.get(&format!("{path}/oauth")).await.ok();
    assert_eq!((&granted["authorized"], &granted["renewable"]), (&json!(true), &json!(true)));
    assert_eq!(granted["scopes"], json!(["messages.read"]));
    assert!(granted["expires_at"].is_string());
    assert_eq!(app.count("queue.jobs WHERE kind = 'renew-token'").await, 1);
    assert_eq!(app.count("queue.holds").await, 0);

    let log = admin.get("/api/v1/audit-log").await.ok();
    let entry = &log["items"][0];
    assert_eq!(entry["action"], "connection.authorized");
    assert_eq!((&entry["user_id"], &entry["address"]), (&json!(admin.id), &json!("127.0.0.1")));
    assert!(path.ends_with(entry["target_id"].as_str().unwrap()), "{entry}");

    // The same address again, as from the history of the browser.
    let again = browser.open(&back).await;
    assert_eq!(again.status, 400);
    assert!(again.text.contains("used before"), "{}", again.text);
}

#[tokio::test]
async fn nothing_secret_is_in_any_answer() {
    let (app, admin, path) = world().await;
    let mut browser = Browser::default();
    let url = browser.begin(&admin, &path).await;
    let page = browser.open(&consent(&app, &url).await).await;
    let mut said = page.text;
    for path in
        [path.clone(), format!("{path}/oauth"), "/api/v1/queue/jobs".to_owned(), "/api/v1/connections".to_owned()]
    {
        said.push_str(&admin.get(&path).await.ok().to_string());
    }
    let canaries = app.provider.canaries();
    assert!(canaries.len() >= 4);
    for canary in canaries {
        assert!(!said.contains(&canary) && !url.contains(&canary), "{canary}");
    }
}

#[tokio::test]
async fn whoever_denies_is_told_so_and_nothing_changes() {
    let (app, admin, path) = world().await;
    app.provider.deny(true);
    let mut browser = Browser::default();
    let back = consent(&app, &browser.begin(&admin, &path).await).await;
    let page = browser.open(&back).await;
    assert_eq!(page.status, 403);
    assert!(page.text.contains("access was denied") && !page.text.contains("<script>"), "{}", page.text);
    assert_eq!(admin.get(&path).await.ok()["status"], "needs_reauth");
    assert_eq!(browser.open(&back).await.status, 400, "the state is used up");
    assert!(app.provider.requests().is_empty());
}

#[tokio::test]
async fn addresses_that_nobody_was_sent_to_lead_nowhere() {
    let (app, admin, path) = world().await;
    let mut browser = Browser::default();
    let at = |query: &str| Url::parse(&format!("{}/oauth/callback{query}", app.base)).unwrap();
    let unknown = "A".repeat(64);
    for query in [
        String::new(),
        "?code=x".to_owned(),
        "?state=&code=x".to_owned(),
        format!("?state={unknown}&code=x"),
        format!("?state={unknown}&state={unknown}&code=x"),
        "?state=%00%ff&code=x".to_owned(),
        "?redirect=https://evil.example/&next=//evil.example".to_owned(),
    ] {
        let page = browser.open(&at(&query)).await;
        assert_eq!(page.status, 400, "{query}");
        assert!(page.text.contains("not valid") && !page.text.contains("evil"), "{}", page.text);
    }

    let mut late = consent(&app, &browser.begin(&admin, &path).await).await;
    app.clock.advance(TimeDelta::minutes(10));
    let page = browser.open(&late).await;
    assert!(page.status == 400 && page.text.contains("ten minutes"), "{}", page.text);

    // A good state with nothing that could be exchanged.
    late = consent(&app, &browser.begin(&admin, &path).await).await;
    let state = late.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let page = browser.open(&at(&format!("?state={state}&error=%3Cb%3Eodd"))).await;
    assert!(page.status == 400 && page.text.contains("without a code") && !page.text.contains("odd"), "{}", page.text);
}

#[tokio::test]
async fn a_code_that_is_refused_and_a_server_that_is_away_are_told_apart() {
    let (app, admin, path) = world().await;
    let mut browser = Browser::default();
    app.provider.inject(Fault::Refuse("invalid_client"));
    let back = consent(&app, &browser.begin(&admin, &path).await).await;
    let page = browser.open(&back).await;
    assert!(page.status == 400 && page.text.contains("the client id or secret is wrong"), "{}", page.text);
    app.provider.inject(Fault::Status(502, None));
    let back = consent(&app, &browser.begin(&admin, &path).await).await;
    let page = browser.open(&back).await;
    assert!(page.status == 503 && page.text.contains("502"), "{}", page.text);
    assert_eq!(admin.get(&path).await.ok()["status"], "needs_reauth");
}

#[tokio::test]
async fn whoever_began_must_still_be_allowed_to() {
    let (app, admin, path) = world().await;
    let other = app.colleague(&admin, "second", Role::Admin).await;
    let mut browser = Browser::default();
    let back = consent(&app, &browser.begin(&other, &path).await).await;
    sqlx::query("UPDATE users SET role = 'agent' WHERE id = $1").bind(other.id.0).execute(&app.db.owner).await.unwrap();
    let page = browser.open(&back).await;
    assert_eq!(page.status, 403);
    assert!(app.provider.requests().is_empty());
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    let answer = agent.post(&format!("{path}/oauth/authorize"), &json!({})).await;
    assert_eq!(answer.problem(403), "forbidden");
    assert_eq!(agent.get(&format!("{path}/oauth")).await.problem(403), "forbidden");
}

/// Somebody who was sent a link would connect their own account to the tenant of whoever sent it.
#[tokio::test]
async fn whoever_was_sent_a_link_connects_nothing() {
    let (app, admin, path) = world().await;
    let (mut browser, theirs) = (Browser::default(), Browser::default());
    let back = consent(&app, &browser.begin(&admin, &path).await).await;
    let page = theirs.open(&back).await;
    assert!(page.status == 403 && page.text.contains("another browser"), "{}", page.text);
    assert_eq!(browser.open(&back).await.status, 400, "it is used up");
    assert_eq!(admin.get(&path).await.ok()["status"], "needs_reauth");
    assert!(app.provider.requests().is_empty(), "no code was exchanged");
}

#[tokio::test]
async fn another_tenants_connection_is_not_there() {
    let (app, _, path) = world().await;
    let bolt = app.tenant("bolt").await;
    assert_eq!(bolt.post(&format!("{path}/oauth/authorize"), &json!({})).await.problem(404), "not_found");
    assert_eq!(bolt.get(&format!("{path}/oauth")).await.problem(404), "not_found");
}

#[tokio::test]
async fn what_cannot_be_authorized_says_why() {
    let (app, admin, path) = world().await;
    let (made, _) = admin.connect("1001").await;
    let typed = format!("/api/v1/connections/{}", made["id"].as_str().unwrap());
    let answer = admin.post(&format!("{typed}/oauth/authorize"), &json!({})).await;
    assert_eq!(answer.problem(409), "no_authorization");
    assert_eq!(admin.get(&format!("{typed}/oauth")).await.problem(404), "not_found");

    install(&app, "robot", &json!("client_credentials")).await;
    let robot = connect(&admin, "robot").await;
    assert_eq!(admin.get(&robot).await.ok()["status"], "active");
    assert_eq!(admin.post(&format!("{robot}/oauth/authorize"), &json!({})).await.problem(409), "no_authorization");
    assert_eq!(admin.get(&format!("{robot}/oauth")).await.ok()["needs_person"], false);

    sqlx::query("DELETE FROM endpoint_secrets").execute(&app.db.owner).await.unwrap();
    let answer = admin.post(&format!("{path}/oauth/authorize"), &json!({})).await;
    assert_eq!(answer.problem(409), "not_configured");
    assert_eq!(answer.body["detail"], "the secret `client_secret` is not set");
}
