//! What a connection's plugin was called for.

use crate::app::App;
use chrono::TimeDelta;
use domain::{Clock, ConnectionId, TenantId, role::Role};
use serde_json::json;
use store::plugin_calls::{self, Call};
use uuid::Uuid;

fn call(app: &App, connection: ConnectionId, outcome: &str) -> Call {
    Call {
        id: Uuid::now_v7(),
        connection_id: connection,
        called_at: app.clock.now() - TimeDelta::seconds(1),
        plugin_id: "whatsapp".to_owned(),
        plugin_version: "1.0.0".to_owned(),
        function: "send".to_owned(),
        attempt: 2,
        duration_us: 80_000,
        busy_us: 60,
        memory: 1 << 20,
        host_calls: 1,
        requests: Some(json!([{"method": "POST", "host": "graph.facebook.com", "failure": "timeout"}])),
        outcome: outcome.to_owned(),
        error_kind: (outcome == "error").then(|| "transient".to_owned()),
        detail: None,
        call_id: "m-1".to_owned(),
        job_id: Some(7),
        trace_id: None,
    }
}

async fn record(app: &App, tenant: TenantId, connection: ConnectionId, outcomes: &[&str]) {
    let calls: Vec<_> = outcomes.iter().map(|outcome| (tenant, call(app, connection, outcome))).collect();
    plugin_calls::record(app.database.pool(), &calls).await.unwrap();
}

#[tokio::test]
async fn calls_are_listed_by_pages_the_latest_first() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (made, _) = admin.connect("1001").await;
    let id: ConnectionId = made["id"].as_str().unwrap().parse().unwrap();
    record(&app, admin.tenant, id, &["ok", "error", "trap"]).await;

    let path = format!("/api/v1/connections/{id}/calls");
    let first = admin.get(&format!("{path}?limit=2")).await.ok();
    let outcomes = |page: &serde_json::Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|item| item["outcome"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(outcomes(&first), ["trap", "error"]);
    assert_eq!(first["items"][1]["error_kind"], "transient");
    assert_eq!(first["items"][1]["requests"][0]["host"], "graph.facebook.com");
    assert_eq!((&first["items"][1]["job_id"], &first["items"][1]["attempt"]), (&json!(7), &json!(2)));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = admin.get(&format!("{path}?limit=2&cursor={cursor}")).await.ok();
    assert_eq!((outcomes(&second), &second["has_more"]), (vec!["ok".to_owned()], &json!(false)));
    assert_eq!(outcomes(&admin.get(&format!("{path}?failed=true")).await.ok()), ["trap", "error"]);
    assert_eq!(outcomes(&admin.get(&format!("{path}?function=parse")).await.ok()), [""; 0]);
}

#[tokio::test]
async fn calls_are_for_those_who_manage_the_connection() {
    let app = App::start().await;
    let admin = app.tenant("acme").await;
    let (made, _) = admin.connect("1001").await;
    let path = format!("/api/v1/connections/{}/calls", made["id"].as_str().unwrap());
    let agent = app.colleague(&admin, "ada", Role::Agent).await;
    assert_eq!(agent.get(&path).await.problem(403), "forbidden");
    let stranger = app.tenant("other").await;
    assert_eq!(stranger.get(&path).await.problem(404), "not_found");
}
