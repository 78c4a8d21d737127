//! Connections: settings, secrets, accounts.

use crate::{
    app::{App, connection, webhook},
    contacts::statements,
};
use domain::role::Role;
use serde_json::json;

#[tokio::test]
async fn secrets_go_in_and_never_come_out() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (made, _) = admin.connect("1001").await;
    let path = format!("/api/v1/connections/{}", made["id"].as_str().unwrap());
    let read = admin.get(&path).await;
    let etag = read.etag();
    let read = read.ok();
    assert_eq!(read["secrets"]["access_token"]["set"], true);
    assert!(read["settings"].get("access_token").is_none());
    assert_eq!(read["settings"]["api_version"], "v26.0", "defaults are filled in");
    assert_eq!(read["accounts"], json!(["1001"]));
    assert!(!read.to_string().contains("token-of-the-tests"));
    // Omitted keeps, a value replaces.
    let renamed = admin.patch(&path, &etag, &json!({ "settings": { "waba_id": "55" } })).await;
    assert_eq!(renamed.body["secrets"]["access_token"]["set"], true);
    let stored: Vec<u8> =
        sqlx::query_scalar("SELECT sealed FROM connection_secrets").fetch_one(&app.db.owner).await.unwrap();
    assert!(!stored.windows(5).any(|window| window == b"token"));
}

#[tokio::test]
async fn settings_are_checked_by_the_plugins_schema() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let mut body = connection("not a number");
    body["settings"]["surprise"] = json!(1);
    let answer = admin.post("/api/v1/connections", &body).await;
    assert_eq!(answer.problem(422), "invalid");
    let mut pointers: Vec<_> =
        answer.body["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/settings/phone_number_id", "/settings/surprise"]);
    let mut body = connection("1001");
    body["endpoint_settings"].as_object_mut().unwrap().remove("app_secret");
    let answer = admin.post("/api/v1/connections", &body).await;
    assert_eq!(answer.body["errors"][0]["pointer"], "/endpoint_settings/app_secret");
    let mut body = connection("1001");
    body["plugin_id"] = json!("nothing");
    assert_eq!(admin.post("/api/v1/connections", &body).await.body["errors"][0]["pointer"], "/plugin_id");
    assert_eq!(app.count("connections").await, 0);
    assert_eq!(app.count("endpoints").await, 0);
}

#[tokio::test]
async fn an_account_has_one_connection_per_endpoint() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (first, _) = admin.connect("1001").await;
    let mut second = connection("1001");
    second.as_object_mut().unwrap().remove("endpoint_settings");
    second["endpoint_id"] = first["endpoint_id"].clone();
    assert_eq!(admin.post("/api/v1/connections", &second).await.problem(409), "account_taken");
    second["settings"]["phone_number_id"] = json!("1002");
    let second = admin.post("/api/v1/connections", &second).await.ok();
    assert_eq!(second["webhook_url"], first["webhook_url"]);
    // The same number at another endpoint is another matter: only its app secret vouches for it.
    admin.connect("1001").await;
}

#[tokio::test]
async fn a_connection_gets_what_waited_for_it() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (first, key) = admin.connect("1001").await;
    assert_eq!(app.hook(&key, &webhook("a", &["2002"])).await.status, 200);
    let endpoint = format!("/api/v1/endpoints/{}", first["endpoint_id"].as_str().unwrap());
    assert_eq!(admin.get(&endpoint).await.ok()["unrouted_deliveries"], 1);
    assert_eq!(app.count("deliveries").await, 0);
    let mut second = connection("2002");
    second.as_object_mut().unwrap().remove("endpoint_settings");
    second["endpoint_id"] = first["endpoint_id"].clone();
    let second = admin.post("/api/v1/connections", &second).await.ok();
    assert_eq!(admin.get(&endpoint).await.ok()["unrouted_deliveries"], 0);
    let deliveries = admin.get("/api/v1/deliveries").await.ok();
    assert_eq!(deliveries["items"][0]["connection_id"], second["id"]);
}

#[tokio::test]
async fn another_tenants_endpoint_cannot_be_used() {
    let app = App::start().await;
    let (acme, bolt) = (app.tenant("acme").await, app.tenant("bolt").await);
    let (theirs, _) = acme.connect("1001").await;
    let mut body = connection("1002");
    body.as_object_mut().unwrap().remove("endpoint_settings");
    body["endpoint_id"] = theirs["endpoint_id"].clone();
    let answer = bolt.post("/api/v1/connections", &body).await;
    assert_eq!(answer.body["errors"][0]["code"], "unknown_endpoint", "{answer:?}");
}

#[tokio::test]
async fn status_changes_are_events_and_what_is_used_stays() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (made, key) = admin.connect("1001").await;
    let path = format!("/api/v1/connections/{}", made["id"].as_str().unwrap());
    let disabled = admin.put(&format!("{path}/status"), &json!({ "status": "disabled" })).await.ok();
    assert_eq!(disabled["status"], "disabled");
    assert_eq!(app.count("events WHERE kind = 'connection.status_changed'").await, 1);
    assert_eq!(app.hook(&key, &webhook("a", &["1001"])).await.status, 200, "what arrives is still stored");
    assert_eq!(app.count("deliveries").await, 1);
    let endpoint = format!("/api/v1/endpoints/{}", made["endpoint_id"].as_str().unwrap());
    assert_eq!(admin.delete(&endpoint).await.problem(409), "in_use");
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.delete(&endpoint).await.status, 204);
}

#[tokio::test]
async fn a_test_is_a_job_whose_answer_is_awaited() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (made, _) = admin.connect("1001").await;
    let id: domain::ConnectionId = made["id"].as_str().unwrap().parse().unwrap();
    let path = format!("/api/v1/connections/{id}/test");
    let late = admin.post(&format!("{path}?wait=0"), &json!({})).await;
    assert_eq!(late.status, 202);
    let location = late.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(admin.get(&location).await.ok()["done"], false);
    assert_eq!(app.count("queue.jobs WHERE kind = 'check-connection'").await, 1);

    // What a worker does.
    let answer = async {
        loop {
            let mut tx = app.database.begin(admin.tenant).await.unwrap();
            let report = json!({ "ok": true, "checks": [] });
            store::connections::checks::complete(&mut tx, id, &report, chrono::DateTime::UNIX_EPOCH).await.unwrap();
            tx.commit().await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let body = json!({});
    let tested = tokio::select! { tested = admin.post(&path, &body) => tested, () = answer => unreachable!() };
    assert_eq!(tested.status, 200);
    assert_eq!(tested.body["report"]["ok"], true);
    assert_eq!(admin.get(&location).await.ok()["done"], true);
}

#[tokio::test]
async fn agents_configure_nothing() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let agent = app.colleague(&admin, "agent", Role::Agent).await;
    assert_eq!(agent.post("/api/v1/connections", &connection("1001")).await.problem(403), "forbidden");
    assert_eq!(agent.get("/api/v1/connections").await.problem(403), "forbidden");
    assert_eq!(agent.get("/api/v1/deliveries").await.problem(403), "forbidden");
    let plugins = agent.get("/api/v1/plugins").await.ok();
    assert_eq!(plugins["items"][0]["settings_schema"]["type"], "object");
}

#[tokio::test]
async fn many_are_listed_with_as_many_statements_as_one() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    admin.connect("1001").await;
    let asked =
        async || (statements(&admin, "/api/v1/connections").await, statements(&admin, "/api/v1/channels").await);
    let one = asked().await;
    for number in ["1002", "1003", "1004"] {
        admin.connect(number).await;
    }
    let listed = admin.get("/api/v1/connections").await.ok()["items"].clone();
    assert_eq!(
        (&listed[3]["accounts"], &listed[3]["secrets"]["access_token"]["set"]),
        (&json!(["1004"]), &json!(true))
    );
    assert!(listed[3]["webhook_url"].is_string());
    assert_eq!(asked().await, one);
}
