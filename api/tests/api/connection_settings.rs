//! Settings in layers, what a form is told of them, and how a connection is.

use crate::app::{App, Person, webhook};
use serde_json::{Value, json};

async fn connect(admin: &Person, number: &str) -> String {
    let (made, _) = admin.connect(number).await;
    format!("/api/v1/connections/{}", made["id"].as_str().unwrap())
}

const DEFAULTS: &str = "/api/v1/plugins/whatsapp/defaults";

#[tokio::test]
async fn a_form_gets_schema_hints_values_and_where_they_come_from() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let path = connect(&admin, "1001").await;
    let read = admin.get(&format!("{path}/settings")).await;
    assert_eq!(read.etag(), admin.get(&path).await.etag(), "there is one state of a connection");
    let read = read.ok();
    assert_eq!(read["schema"]["type"], "object");
    let token = read["hints"].as_array().unwrap().iter().find(|field| field["pointer"] == "/access_token").unwrap();
    assert_eq!(token["secret"], true);
    assert_eq!(read["values"]["phone_number_id"], "1001");
    assert_eq!(read["origins"]["/phone_number_id"], "own");
    assert_eq!(read["origins"]["/api_version"], "default");
    assert_eq!(read["secrets"]["access_token"]["set"], true);
    assert!(!read.to_string().contains("token-of-the-tests"));
}

#[tokio::test]
async fn tenants_give_defaults_that_connections_override_and_take_back() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let path = connect(&admin, "1001").await;
    let settings = format!("{path}/settings");
    let none = admin.get(DEFAULTS).await;
    assert_eq!((none.etag().as_str(), &none.body["settings"]), ("\"0\"", &json!({})));
    let body = json!({ "settings": { "waba_id": "77", "api_version": "v25.0" } });
    let put = admin.put_over(DEFAULTS, &none.etag(), &body).await;
    assert_eq!(put.status, 200, "{put:?}");
    assert_eq!(admin.put_over(DEFAULTS, "\"0\"", &body).await.problem(412), "precondition_failed");
    let inherited = admin.get(&settings).await;
    assert_eq!(inherited.body["values"]["waba_id"], "77");
    assert_eq!(inherited.body["origins"]["/waba_id"], "tenant");
    assert_eq!(inherited.body["origins"]["/api_version"], "tenant");

    let own = admin.patch(&settings, &inherited.etag(), &json!({ "waba_id": "55" })).await;
    assert_eq!((&own.body["values"]["waba_id"], &own.body["origins"]["/waba_id"]), (&json!("55"), &json!("own")));
    let changed = json!({ "settings": { "waba_id": "78" } });
    let put = admin.put_over(DEFAULTS, &put.etag(), &changed).await;
    let read = admin.get(&settings).await;
    assert_eq!(read.body["values"]["waba_id"], "55", "an own value stays");
    assert_eq!(
        (&read.body["values"]["api_version"], &read.body["origins"]["/api_version"]),
        (&json!("v26.0"), &json!("default"))
    );
    let reset = admin.patch(&settings, &read.etag(), &json!({ "waba_id": null })).await;
    assert_eq!(
        (&reset.body["values"]["waba_id"], &reset.body["origins"]["/waba_id"]),
        (&json!("78"), &json!("tenant"))
    );
    // A connection that is made later has them from the start.
    let later = connect(&admin, "1002").await;
    assert_eq!(admin.get(&format!("{later}/settings")).await.ok()["values"]["waba_id"], "78");
    assert!(put.status.is_success());
}

#[tokio::test]
async fn defaults_are_the_tenants_own() {
    let app = App::start().await;
    let (acme, bolt) = (app.tenant("acme").await, app.tenant("bolt").await);
    let theirs = connect(&bolt, "2002").await;
    acme.put_over(DEFAULTS, "\"0\"", &json!({ "settings": { "waba_id": "77" } })).await.ok();
    let none = bolt.get(DEFAULTS).await;
    assert_eq!((none.etag().as_str(), &none.body["settings"]), ("\"0\"", &json!({})));
    assert!(bolt.get(&format!("{theirs}/settings")).await.ok()["values"].get("waba_id").is_none());
    bolt.put_over(DEFAULTS, "\"0\"", &json!({ "settings": { "waba_id": "88" } })).await.ok();
    assert_eq!(acme.get(DEFAULTS).await.ok()["settings"]["waba_id"], "77");
}

#[tokio::test]
async fn defaults_that_cannot_be_are_refused_and_change_nothing() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let path = connect(&admin, "1001").await;
    let errors = |answer: &Value| -> Vec<String> {
        let errors = answer["errors"].as_array().unwrap();
        errors.iter().map(|e| format!("{} {}", e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap())).collect()
    };
    let put = async |settings: Value| admin.put_over(DEFAULTS, "\"0\"", &json!({ "settings": settings })).await.body;
    assert_eq!(errors(&put(json!({ "access_token": "shared" })).await), ["/settings/access_token secret"]);
    assert_eq!(errors(&put(json!({ "surprise": 1 })).await), ["/settings/surprise additionalProperties"]);
    assert_eq!(errors(&put(json!({ "phone_number_id": "1001" })).await), ["/settings/phone_number_id account"]);
    assert!(admin.get(&format!("{path}/settings")).await.ok()["values"].get("waba_id").is_none());
    assert_eq!(admin.get(DEFAULTS).await.etag(), "\"0\"");
    assert_eq!(app.count("plugin_defaults").await, 0);
}

#[tokio::test]
async fn secrets_are_kept_replaced_and_removed() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let settings = format!("{}/settings", connect(&admin, "1001").await);
    let read = admin.get(&settings).await;
    let kept = admin.patch(&settings, &read.etag(), &json!({})).await;
    assert_eq!(kept.body["secrets"], read.body["secrets"]);
    let echoed =
        admin.patch(&settings, &kept.etag(), &json!({ "access_token": read.body["secrets"]["access_token"] })).await;
    assert_eq!(echoed.body["errors"][0]["pointer"], "/access_token", "the masked form is no secret");
    let cleared = admin.patch(&settings, &kept.etag(), &json!({ "access_token": null })).await;
    assert_eq!(cleared.problem(422), "invalid", "a required secret stays");
}

#[tokio::test]
async fn health_tells_what_is_wrong_and_since_when() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (made, key) = admin.connect("1001").await;
    let id: domain::ConnectionId = made["id"].as_str().unwrap().parse().unwrap();
    let path = format!("/api/v1/connections/{id}");
    let health = async || admin.get(&format!("{path}/health")).await.ok();
    assert_eq!(health().await, json!({ "status": "ok", "reasons": [] }));

    // The provider fails, again and again; and a webhook could not be read.
    sqlx::query("INSERT INTO queue.holds (reason, tenant_id, connection_id) VALUES ('breaker', $1, $2)")
        .bind(admin.tenant.0)
        .bind(id.0)
        .execute(&app.db.owner)
        .await
        .unwrap();
    assert_eq!(app.hook(&key, &webhook("a", &["1001"])).await.status, 200);
    sqlx::query("UPDATE deliveries SET outcome = 'parked', reason = 'unreadable'")
        .execute(&app.db.owner)
        .await
        .unwrap();
    let degraded = health().await;
    assert_eq!(degraded["status"], "degraded");
    let codes: Vec<_> = degraded["reasons"].as_array().unwrap().iter().map(|r| r["code"].clone()).collect();
    assert_eq!(codes, ["circuit_open", "deliveries_failed"]);
    assert!(degraded["reasons"][0]["since"].is_string());
    sqlx::query("UPDATE deliveries SET received_at = received_at - interval '2 hours'")
        .execute(&app.db.owner)
        .await
        .unwrap();
    let later = health().await;
    assert_eq!(later["reasons"].as_array().unwrap().len(), 1, "what is long past is no trouble: {later}");
    sqlx::query("DELETE FROM queue.holds").execute(&app.db.owner).await.unwrap();

    let mut tx = app.database.begin(admin.tenant).await.unwrap();
    store::connections::checks::request(&mut tx, uuid::Uuid::now_v7(), id, chrono::DateTime::UNIX_EPOCH).await.unwrap();
    let report = json!({ "ok": false, "checks": [
        { "name": "token", "ok": false, "message": "the token has expired" },
        { "name": "number", "ok": true, "message": "fine" },
    ] });
    store::connections::checks::complete(&mut tx, id, &report, chrono::DateTime::UNIX_EPOCH).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(health().await["reasons"][0]["message"], "the token has expired");

    admin.put(&format!("{path}/status"), &json!({ "status": "disabled" })).await.ok();
    let disabled = health().await;
    assert_eq!((&disabled["status"], &disabled["reasons"][0]["code"]), (&json!("disabled"), &json!("disabled")));
    assert_eq!(disabled["reasons"][0]["since"], admin.get(&path).await.ok()["status_since"]);
}
