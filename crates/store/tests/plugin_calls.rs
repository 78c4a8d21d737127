//! The account of plugin calls: across tenants in one statement, read by one tenant, forgotten by days.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{ConnectionId, TenantId};
use serde_json::json;
use signalbox_store::{
    Database,
    plugin_calls::{self, Call, Filter},
};
use test_support::TestDatabase;
use uuid::Uuid;

/// 2026-05-28, at noon.
fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_779_969_600, 0).unwrap()
}

fn call(connection: ConnectionId, called_at: DateTime<Utc>) -> Call {
    Call {
        id: Uuid::now_v7(),
        connection_id: connection,
        called_at,
        plugin_id: "shop".to_owned(),
        plugin_version: "1.0.0".to_owned(),
        function: "send".to_owned(),
        attempt: 1,
        duration_us: 120_000,
        busy_us: 90,
        memory: 131_072,
        host_calls: 2,
        requests: Some(json!([{"method": "POST", "host": "api.shop.example", "status": 200}])),
        outcome: "ok".to_owned(),
        error_kind: None,
        detail: None,
        call_id: "message-1".to_owned(),
        job_id: Some(7),
        trace_id: Some("0af7651916cd43dd8448eb211c80319c".to_owned()),
    }
}

fn failed(connection: ConnectionId, called_at: DateTime<Utc>) -> Call {
    Call {
        function: "parse".to_owned(),
        requests: None,
        outcome: "error".to_owned(),
        error_kind: Some("invalid_input".to_owned()),
        detail: Some("bad:1".to_owned()),
        job_id: None,
        trace_id: None,
        ..call(connection, called_at)
    }
}

async fn page(db: &Database, tenant: TenantId, connection: ConnectionId, filter: Filter<'_>) -> Vec<Call> {
    let mut tx = db.begin(tenant).await.unwrap();
    plugin_calls::page(&mut tx, connection, filter, None, 50).await.unwrap()
}

#[tokio::test]
async fn calls_come_back_as_they_went_and_to_their_tenant_only() {
    let test = TestDatabase::create().await;
    let db = Database::from_pool(test.app.clone());
    let (mine, other) = (TenantId::new(), TenantId::new());
    let (connection, elsewhere) = (ConnectionId::new(), ConnectionId::new());
    let calls = [
        (mine, call(connection, noon())),
        (mine, failed(connection, noon())),
        (mine, call(elsewhere, noon())),
        // A connection of the same id cannot be; a tenant still sees its own rows only.
        (other, call(connection, noon())),
    ];
    plugin_calls::record(db.pool(), &calls).await.unwrap();

    let read = page(&db, mine, connection, Filter::default()).await;
    assert_eq!(read, [calls[1].1.clone(), calls[0].1.clone()], "the latest first");
    let failures = page(&db, mine, connection, Filter { failed: true, function: None }).await;
    assert_eq!(failures, [calls[1].1.clone()]);
    let sends = page(&db, mine, connection, Filter { failed: false, function: Some("send") }).await;
    assert_eq!(sends, [calls[0].1.clone()]);

    let mut tx = db.begin(mine).await.unwrap();
    let before = Some(calls[1].1.id);
    let next = plugin_calls::page(&mut tx, connection, Filter::default(), before, 50).await.unwrap();
    assert_eq!(next, [calls[0].1.clone()]);
}

#[tokio::test]
async fn a_day_is_forgotten_when_it_is_past_as_a_whole() {
    let test = TestDatabase::create().await;
    let db = Database::from_pool(test.app.clone());
    let (tenant, connection) = (TenantId::new(), ConnectionId::new());
    let days = [0, 1, 15].map(|day| (tenant, call(connection, noon() + TimeDelta::days(day))));
    plugin_calls::record(db.pool(), &days).await.unwrap();

    let midnight = noon() + TimeDelta::hours(12);
    assert_eq!(plugin_calls::forget(db.pool(), midnight - TimeDelta::seconds(1)).await.unwrap(), 0);
    assert_eq!(plugin_calls::forget(db.pool(), midnight).await.unwrap(), 1);
    let left = page(&db, tenant, connection, Filter::default()).await;
    assert_eq!(left, [days[2].1.clone(), days[1].1.clone()]);
}

#[tokio::test]
async fn a_day_that_somebody_reads_is_left_for_the_next_time() {
    let test = TestDatabase::create().await;
    let db = Database::from_pool(test.app.clone());
    let (tenant, connection) = (TenantId::new(), ConnectionId::new());
    plugin_calls::record(db.pool(), &[(tenant, call(connection, noon()))]).await.unwrap();
    let later = noon() + TimeDelta::days(3);

    let mut reader = db.begin(tenant).await.unwrap();
    plugin_calls::page(&mut reader, connection, Filter::default(), None, 50).await.unwrap();
    assert_eq!(plugin_calls::forget(db.pool(), later).await.unwrap(), 0);
    drop(reader);
    // The transaction ends when the pool has its connection back, a moment later.
    let mut forgotten = 0;
    while forgotten == 0 {
        forgotten = plugin_calls::forget(db.pool(), later).await.unwrap();
    }
    assert_eq!(page(&db, tenant, connection, Filter::default()).await, []);
}

#[tokio::test]
async fn a_page_is_read_from_the_end_of_the_primary_key() {
    let test = TestDatabase::create().await;
    let db = Database::from_pool(test.app.clone());
    let tenant = TenantId::new();
    let connections: Vec<_> = (0..10).map(|_| ConnectionId::new()).collect();
    let calls: Vec<_> = (0..20_000).map(|n| (tenant, call(connections[n % 10], noon()))).collect();
    for batch in calls.chunks(500) {
        plugin_calls::record(db.pool(), batch).await.unwrap();
    }
    sqlx::query("ANALYZE plugin_calls").execute(&test.owner).await.unwrap();
    let slot = noon().timestamp() / 86_400 % 16;
    let mut tx = db.begin(tenant).await.unwrap();
    let query = format!(
        "EXPLAIN SELECT * FROM plugin_calls WHERE connection_id = '{}' ORDER BY id DESC LIMIT 51",
        connections[3].0
    );
    let plan: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_all(&mut *tx).await.unwrap();
    let plan = plan.join("\n");
    assert!(plan.contains(&format!("Index Scan Backward using plugin_calls_{slot}_pkey")), "{plan}");
}
