//! Webhooks are stored once, with their jobs, whatever arrives beside them.

use chrono::{DateTime, Utc};
use domain::{ConnectionId, DeliveryId, EndpointId, TenantId};
use signalbox_store::{
    Database,
    ingest::{self, NewDelivery, Unrouted},
    tenants,
};
use sqlx::PgPool;
use test_support::TestDatabase;

struct World {
    test: TestDatabase,
    tenant: TenantId,
    endpoint: EndpointId,
    connection: ConnectionId,
}

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000, 0).unwrap()
}

async fn world() -> World {
    let test = TestDatabase::create().await;
    let db = Database::from_pool(test.app.clone());
    signalbox_store::plugins::install(&test.app, "whatsapp", "1.0.0", &serde_json::json!({}), b"\0asm", at())
        .await
        .unwrap();
    let (tenant, endpoint, connection) = (TenantId::new(), EndpointId::new(), ConnectionId::new());
    let mut tx = db.begin(tenant).await.unwrap();
    tenants::create(&mut tx, "lamps", "Lamps", at()).await.unwrap();
    for statement in [
        "INSERT INTO endpoints (id, tenant_id, key, plugin_id, name, created_at)
         VALUES ($2, $1, 'endpoint-key-0001', 'whatsapp', 'e', now())",
        "INSERT INTO connections (tenant_id, id, endpoint_id, plugin_id, name, settings, status, created_at, updated_at)
         VALUES ($1, $3, $2, 'whatsapp', 'c', '{}', 'active', now(), now())",
        "INSERT INTO connection_accounts (tenant_id, connection_id, endpoint_id, account) VALUES ($1, $3, $2, '4711')",
    ] {
        // Each statement names all three, so that one set of values serves them all.
        let statement = format!("WITH given AS (SELECT $1::uuid, $2::uuid, $3::uuid) {statement}");
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(tenant.0)
            .bind(endpoint.0)
            .bind(connection.0)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    World { test, tenant, endpoint, connection }
}

impl World {
    fn pool(&self) -> &PgPool {
        &self.test.app
    }

    fn delivery(&self, dedupe_key: &str) -> NewDelivery {
        NewDelivery {
            tenant_id: self.tenant,
            id: DeliveryId::new(),
            connection_id: self.connection,
            endpoint_id: self.endpoint,
            dedupe_key: dedupe_key.to_owned(),
            method: "POST".to_owned(),
            query: String::new(),
            headers: serde_json::json!([["content-type", "application/json"]]),
            body: br#"{"a":1}"#.to_vec(),
            partial: false,
            trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
            queue_key: format!("{}:x", self.connection),
            received_at: at(),
        }
    }

    async fn count(&self, table: &str) -> i64 {
        let db = Database::from_pool(self.test.app.clone());
        let mut tx = db.begin(self.tenant).await.unwrap();
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .fetch_one(&mut *tx)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_repetition_is_neither_stored_nor_queued() {
    let world = world().await;
    let batch = [world.delivery("one"), world.delivery("two"), world.delivery("one")];
    assert_eq!(ingest::accept(world.pool(), &batch).await.unwrap(), [true, true, false]);
    assert_eq!(ingest::accept(world.pool(), &[world.delivery("two")]).await.unwrap(), [false]);
    assert_eq!((world.count("deliveries").await, world.count("queue.jobs").await), (2, 2));
}

#[tokio::test]
async fn many_copies_at_once_are_stored_once() {
    let world = world().await;
    let copies = (0..50).map(|_| {
        let (pool, delivery) = (world.pool().clone(), world.delivery("same"));
        tokio::spawn(async move { ingest::accept(&pool, &[delivery]).await.unwrap()[0] })
    });
    let mut stored = 0;
    for copy in copies.collect::<Vec<_>>() {
        stored += i32::from(copy.await.unwrap());
    }
    assert_eq!(stored, 1);
    assert_eq!((world.count("deliveries").await, world.count("queue.jobs").await), (1, 1));
}

#[tokio::test]
async fn an_empty_batch_is_fine() {
    let world = world().await;
    assert_eq!(ingest::accept(world.pool(), &[]).await.unwrap(), Vec::<bool>::new());
}

#[tokio::test]
async fn what_nobody_claims_waits_for_its_connection() {
    let world = world().await;
    let unrouted = |account: &str, key: &str| Unrouted {
        endpoint_id: world.endpoint,
        account: Some(account.to_owned()),
        thread: None,
        dedupe_key: key.to_owned(),
        method: "POST".to_owned(),
        query: String::new(),
        headers: serde_json::json!([]),
        body: b"{}".to_vec(),
        partial: false,
        reason: "unknown account".to_owned(),
        trace_id: "t".to_owned(),
        received_at: at(),
    };
    assert!(ingest::keep_unrouted(world.pool(), &unrouted("4711", "one")).await.unwrap());
    assert!(!ingest::keep_unrouted(world.pool(), &unrouted("4711", "one")).await.unwrap());
    assert!(ingest::keep_unrouted(world.pool(), &unrouted("0815", "one")).await.unwrap());
    let db = Database::from_pool(world.test.app.clone());
    let mut tx = db.begin(world.tenant).await.unwrap();
    assert_eq!(ingest::count_unrouted(&mut tx, world.endpoint).await.unwrap(), 2);
    assert_eq!(ingest::adopt_unrouted(&mut tx, world.connection).await.unwrap(), 1);
    assert_eq!(ingest::count_unrouted(&mut tx, world.endpoint).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!((world.count("deliveries").await, world.count("queue.jobs").await), (1, 1));
}

#[tokio::test]
async fn a_stranger_adopts_nothing() {
    let world = world().await;
    let db = Database::from_pool(world.test.app.clone());
    let mut tx = db.begin(TenantId::new()).await.unwrap();
    assert_eq!(ingest::adopt_unrouted(&mut tx, world.connection).await.unwrap(), 0);
}

#[tokio::test]
async fn old_deliveries_are_forgotten() {
    let world = world().await;
    ingest::accept(world.pool(), &[world.delivery("old")]).await.unwrap();
    assert_eq!(ingest::purge(world.pool(), at(), 100).await.unwrap(), 0);
    assert_eq!(ingest::purge(world.pool(), at() + chrono::Duration::seconds(1), 100).await.unwrap(), 1);
    assert_eq!(world.count("deliveries").await, 0);
}
