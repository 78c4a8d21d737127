//! Webhooks: who is let in, what is stored, and for whom.

use crate::app::{APP_SECRET, Answer, App, VERIFY_TOKEN, connection, signature, webhook};
use domain::{Clock, EndpointId};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use store::endpoints::NewEndpoint;
use vault::Place;

#[tokio::test]
async fn a_signed_request_is_stored_with_its_job_before_it_is_answered() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (made, key) = admin.connect("1001").await;
    let body = webhook("a", &["1001"]);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request = app
        .signed(&key, &body)
        .header("authorization", "Basic abc")
        .header("cookie", "a=b")
        .header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
    assert_eq!(request.send().await.unwrap().status(), 200);
    let delivery = admin.get("/api/v1/deliveries").await.ok()["items"][0].clone();
    assert_eq!(delivery["connection_id"], made["id"]);
    assert_eq!((&delivery["outcome"], &delivery["partial"]), (&json!("received"), &json!(false)));
    assert_eq!(delivery["trace_id"], trace);
    let headers = delivery["headers"].to_string();
    assert!(headers.contains("x-hub-signature-256"));
    assert!(!headers.contains("authorization") && !headers.contains("cookie"), "{headers}");
    let path = format!("/api/v1/deliveries/{}/body", delivery["id"].as_str().unwrap());
    let stored = admin.request(Method::GET, &path).send().await.unwrap();
    assert!(stored.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(stored.bytes().await.unwrap(), body.as_bytes(), "the bytes as received");
    let job: (String, Value, String) =
        sqlx::query_as("SELECT kind, args, trace_id FROM queue.jobs").fetch_one(&app.db.owner).await.unwrap();
    assert_eq!((job.0.as_str(), &job.1["delivery_id"], job.2.as_str()), ("process-delivery", &delivery["id"], trace));
}

#[tokio::test]
async fn a_wrong_signature_stores_nothing() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (_, key) = admin.connect("1001").await;
    let body = webhook("a", &["1001"]);
    let post = |signature: Option<String>| {
        let mut request = app.request(Method::POST, &format!("/hooks/{key}")).body(body.clone());
        if let Some(signature) = signature {
            request = request.header("x-hub-signature-256", signature);
        }
        async move { Answer::of(request.send().await.unwrap()).await }
    };
    for wrong in [
        None,
        Some(String::new()),
        Some("sha256=".to_owned()),
        Some(signature("another secret", body.as_bytes())),
        Some(signature(APP_SECRET, &body.as_bytes()[1..])),
    ] {
        assert_eq!(post(wrong).await.problem(401), "bad_signature");
    }
    assert_eq!(app.count("deliveries").await + app.count("unrouted_deliveries").await, 0);
    assert_eq!(post(Some(signature(APP_SECRET, body.as_bytes()))).await.status, 200);
}

#[tokio::test]
async fn the_handshake_needs_its_token_and_no_signature() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (_, key) = admin.connect("1001").await;
    let ask = |token: &str| {
        let path = format!("/hooks/{key}?hub.mode=subscribe&hub.verify_token={token}&hub.challenge=1158201444");
        let request = app.request(Method::GET, &path);
        async move { request.send().await.unwrap() }
    };
    let answer = ask(VERIFY_TOKEN).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert_eq!(answer.text().await.unwrap(), "1158201444");
    assert_eq!(ask("wrong").await.status(), 403);
}

#[tokio::test]
async fn unknown_endpoints_and_too_large_bodies_are_refused() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (_, key) = admin.connect("1001").await;
    for unknown in ["0123456789abcdef0123456789abcdef", "short", "with%20space-with-space"] {
        assert_eq!(app.hook(unknown, "{}").await.problem(404), "not_found");
    }
    let large = "x".repeat(3 * 1024 * 1024 + 1);
    assert_eq!(app.hook(&key, &large).await.problem(413), "too_large");
    let mut filled = webhook("a", &["1001"]);
    filled.push_str(&" ".repeat(3 * 1024 * 1024 - filled.len()));
    assert_eq!(app.hook(&key, &filled).await.status, 200, "the limit itself is allowed");
}

#[tokio::test]
async fn a_body_that_streams_past_the_limit_is_refused() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (_, key) = admin.connect("1001").await;
    let chunk = "x".repeat(1024 * 1024);
    let chunks = futures::stream::iter((0..4).map(move |_| Ok::<_, std::io::Error>(chunk.clone())));
    let request = app.request(Method::POST, &format!("/hooks/{key}")).body(reqwest::Body::wrap_stream(chunks));
    assert_eq!(Answer::of(request.send().await.unwrap()).await.problem(413), "too_large");
}

#[tokio::test]
async fn a_signed_body_that_cannot_be_read_is_kept() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (made, key) = admin.connect("1001").await;
    assert_eq!(app.hook(&key, "{ not json").await.status, 200);
    // With one connection it can only be that one's: a worker will mark it failed.
    assert_eq!(app.count("deliveries").await, 1);
    let mut second = connection("1002");
    second.as_object_mut().unwrap().remove("endpoint_settings");
    second["endpoint_id"] = made["endpoint_id"].clone();
    admin.post("/api/v1/connections", &second).await.ok();
    let app = RestartedIngest::of(app).await;
    assert_eq!(app.0.hook(&key, "still { not json").await.status, 200);
    let reason: String =
        sqlx::query_scalar("SELECT reason FROM unrouted_deliveries").fetch_one(&app.0.db.owner).await.unwrap();
    assert!(reason.contains("not JSON"), "{reason}");
}

/// Another process on the same database, which remembers nothing.
struct RestartedIngest(App);

impl RestartedIngest {
    async fn of(app: App) -> Self {
        let App { db, database, keyring, .. } = app;
        Self(App::with_keyring(db, database, keyring).await)
    }
}

#[tokio::test]
async fn a_thousand_copies_are_one_delivery() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (_, key) = admin.connect("1001").await;
    let body = webhook("a", &["1001"]);
    let answers = join_all((0..1000).map(|_| app.hook(&key, &body))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(app.count("deliveries").await, 1);
    assert_eq!(app.count("queue.jobs").await, 1);
}

#[tokio::test]
async fn many_different_ones_are_all_stored() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (_, key) = admin.connect("1001").await;
    let bodies: Vec<String> = (0..500).map(|n| webhook(&n.to_string(), &["1001"])).collect();
    let answers = join_all(bodies.iter().map(|body| app.hook(&key, body))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(app.count("deliveries").await, 500);
    assert_eq!(app.count("queue.jobs").await, 500);
}

#[tokio::test]
async fn one_request_for_two_tenants_shows_each_its_own() {
    let app = App::start().await;
    let (acme, bolt) = (app.tenant("acme").await, app.tenant("bolt").await);
    let (a, b) = (acme.connect("1001").await.0, bolt.connect("2002").await.0);
    let key = shared_endpoint(&app).await;
    move_to_shared(&app, &[&a, &b]).await;
    let body = webhook("a", &["1001", "2002", "3003"]);
    assert_eq!(app.hook(&key, &body).await.status, 200);
    assert_eq!(app.hook(&key, &body).await.status, 200);
    for (tenant, own, others) in [(&acme, "1001", ["2002", "3003"]), (&bolt, "2002", ["1001", "3003"])] {
        let deliveries = tenant.get("/api/v1/deliveries").await.ok();
        let deliveries = deliveries["items"].as_array().unwrap();
        assert_eq!(deliveries.len(), 1);
        assert_eq!(deliveries[0]["partial"], true);
        let path = format!("/api/v1/deliveries/{}/body", deliveries[0]["id"].as_str().unwrap());
        let body = tenant.request(Method::GET, &path).send().await.unwrap().text().await.unwrap();
        assert!(body.contains(own) && others.iter().all(|other| !body.contains(other)), "{body}");
    }
    let unrouted: Vec<(Option<String>, Vec<u8>)> =
        sqlx::query_as("SELECT account, body FROM unrouted_deliveries").fetch_all(&app.db.owner).await.unwrap();
    assert_eq!(unrouted.len(), 1);
    assert_eq!(unrouted[0].0.as_deref(), Some("3003"));
    assert!(!String::from_utf8_lossy(&unrouted[0].1).contains("1001"));
}

#[tokio::test]
async fn a_deleted_connection_does_not_spoil_the_group() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (made, key) = admin.connect("1001").await;
    let (_, other) = admin.connect("1002").await;
    assert_eq!(app.hook(&key, &webhook("a", &["1001"])).await.status, 200);
    // The endpoint is remembered with its connection, which is gone.
    assert_eq!(admin.delete(&format!("/api/v1/connections/{}", made["id"].as_str().unwrap())).await.status, 204);
    let (gone, there) = (webhook("b", &["1001"]), webhook("c", &["1002"]));
    let hooks = (0..40).map(|n| if n % 2 == 0 { app.hook(&key, &gone) } else { app.hook(&other, &there) });
    let answers = join_all(hooks).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!(app.count("deliveries").await, 1);
    assert_eq!(app.count("unrouted_deliveries WHERE account = '1001'").await, 1);
}

#[tokio::test]
async fn a_delivery_can_be_processed_again() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (_, key) = admin.connect("1001").await;
    app.hook(&key, &webhook("a", &["1001"])).await;
    let delivery = admin.get("/api/v1/deliveries").await.ok()["items"][0].clone();
    let path = format!("/api/v1/deliveries/{}", delivery["id"].as_str().unwrap());
    let replay = format!("{path}/replay");
    assert_eq!(admin.post(&replay, &json!({})).await.problem(409), "conflict");
    sqlx::query("UPDATE deliveries SET outcome = 'failed', reason = 'because'").execute(&app.db.owner).await.unwrap();
    assert_eq!(admin.get("/api/v1/deliveries?outcome=failed").await.ok()["items"][0]["reason"], "because");
    assert_eq!(admin.post(&replay, &json!({})).await.status, 202);
    assert_eq!(admin.get(&path).await.ok()["outcome"], "received");
    assert_eq!(app.count("queue.jobs").await, 2);
}

async fn shared_endpoint(app: &App) -> String {
    let (id, key) = (EndpointId::new(), "shared-endpoint-of-the-operator");
    let owner = store::secrets::endpoint_owner(id);
    let seal = |name: &str, value: &str| {
        let place = Place { tenant: None, owner: &owner, name };
        (name.to_owned(), app.keyring.seal(&place, value.as_bytes()).as_bytes().to_vec())
    };
    let secrets = [seal("app_secret", APP_SECRET), seal("verify_token", VERIFY_TOKEN)];
    let new =
        NewEndpoint { id, key, plugin_id: "whatsapp", plugin_version: None, name: "Shared", settings: &json!({}) };
    store::endpoints::create_shared(&app.db.app, &new, &secrets, app.clock.now()).await.unwrap();
    key.to_owned()
}

async fn move_to_shared(app: &App, connections: &[&Value]) {
    for connection in connections {
        for sql in [
            "UPDATE connections SET endpoint_id = (SELECT id FROM endpoints WHERE tenant_id IS NULL) WHERE id = $1::uuid",
            "UPDATE connection_accounts SET endpoint_id = (SELECT id FROM endpoints WHERE tenant_id IS NULL)
              WHERE connection_id = $1::uuid",
        ] {
            sqlx::query(sql).bind(connection["id"].as_str()).execute(&app.db.owner).await.unwrap();
        }
    }
}
