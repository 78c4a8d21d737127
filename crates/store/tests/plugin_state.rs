//! What plugins remember: versions, expiry, quota, and nobody else's.

use chrono::{DateTime, Utc};
use domain::{ConnectionId, EndpointId, TenantId};
use signalbox_store::{
    Database,
    plugin_state::{self, Entry, Write, Written},
    tenants,
};
use test_support::TestDatabase;

const QUOTA: i64 = 100;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000 + seconds, 0).unwrap()
}

/// A database in which one tenant has two connections.
struct World {
    test: TestDatabase,
    db: Database,
    tenant: TenantId,
    connection: ConnectionId,
    other: ConnectionId,
}

async fn world() -> World {
    let test = TestDatabase::create().await;
    let db = Database::from_pool(test.app.clone());
    signalbox_store::plugins::install(&test.app, "shop", "1.0.0", &serde_json::json!({}), b"\0asm", at(0))
        .await
        .unwrap();
    let (tenant, endpoint) = (TenantId::new(), EndpointId::new());
    let mut tx = db.begin(tenant).await.unwrap();
    tenants::create(&mut tx, "lamps", "Lamps", at(0)).await.unwrap();
    sqlx::query(
        "INSERT INTO endpoints (id, tenant_id, key, plugin_id, name, created_at)
         VALUES ($1, $2, 'endpoint-key-0001', 'shop', 'e', now())",
    )
    .bind(endpoint.0)
    .bind(tenant.0)
    .execute(&mut *tx)
    .await
    .unwrap();
    let (connection, other) = (ConnectionId::new(), ConnectionId::new());
    for id in [connection, other] {
        sqlx::query(
            "INSERT INTO connections
                    (tenant_id, id, endpoint_id, plugin_id, name, settings, status, created_at, updated_at)
             VALUES ($1, $2, $3, 'shop', 'c', '{}', 'active', now(), now())",
        )
        .bind(tenant.0)
        .bind(id.0)
        .bind(endpoint.0)
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    World { test, db, tenant, connection, other }
}

impl World {
    async fn put(&self, write: Write<'_>, now: i64) -> Written {
        let mut tx = self.db.begin(self.tenant).await.unwrap();
        let written = plugin_state::put(&mut tx, self.connection, write, at(now)).await.unwrap();
        tx.commit().await.unwrap();
        written
    }

    async fn get(&self, connection: ConnectionId, now: i64) -> Option<Entry> {
        let mut tx = self.db.begin(self.tenant).await.unwrap();
        plugin_state::get(&mut tx, connection, "draft", at(now)).await.unwrap()
    }
}

fn draft(value: &[u8]) -> Write<'_> {
    Write { key: "draft", value, if_version: None, expires_at: None, quota: QUOTA }
}

fn version(written: Written) -> i64 {
    match written {
        Written::Version(version) => version,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_write_is_for_the_version_it_names() {
    let world = world().await;
    let new = |value| Write { if_version: Some(0), ..draft(value) };
    let first = version(world.put(new(b"1"), 0).await);
    assert_eq!(world.put(new(b"2"), 0).await, Written::Conflict);
    let second = version(world.put(Write { if_version: Some(first), ..draft(b"2") }, 0).await);
    assert_ne!(first, second);
    assert_eq!(world.put(Write { if_version: Some(first), ..draft(b"3") }, 0).await, Written::Conflict);
    assert_eq!(world.get(world.connection, 0).await, Some(Entry { value: b"2".to_vec(), version: second }));
    assert_eq!(world.get(world.other, 0).await, None);

    let mut tx = world.db.begin(world.tenant).await.unwrap();
    plugin_state::delete(&mut tx, world.connection, "draft").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.get(world.connection, 0).await, None);
    // One that was deleted and made anew is not the same.
    assert!(version(world.put(new(b"4"), 0).await) > second);
}

#[tokio::test]
async fn an_entry_that_has_expired_is_gone_for_everybody() {
    let world = world().await;
    let short = Write { expires_at: Some(at(10)), ..draft(&[7; 90]) };
    version(world.put(short, 0).await);
    assert!(world.get(world.connection, 9).await.is_some());
    assert_eq!(world.get(world.connection, 10).await, None);
    // Neither for the version nor for the quota.
    let other = Write { key: "other", if_version: None, ..draft(&[7; 90]) };
    assert_eq!(world.put(other, 9).await, Written::Quota);
    version(world.put(other, 10).await);
    version(world.put(Write { if_version: Some(0), ..draft(b"") }, 10).await);

    version(world.put(Write { expires_at: Some(at(20)), ..draft(b"") }, 10).await);
    assert_eq!(plugin_state::purge(&world.test.app, at(19), 10).await.unwrap(), 0);
    assert_eq!(plugin_state::purge(&world.test.app, at(20), 10).await.unwrap(), 1);
}

#[tokio::test]
async fn of_many_that_make_the_same_entry_one_does() {
    let world = world().await;
    let tries = (0..20).map(|n| {
        let world = &world;
        async move { world.put(Write { if_version: Some(0), ..draft(&[n]) }, 0).await }
    });
    let ended: Vec<Written> = futures::future::join_all(tries).await;
    assert_eq!(ended.iter().filter(|written| matches!(written, Written::Version(_))).count(), 1, "{ended:?}");
    assert!(ended.iter().all(|written| *written != Written::Quota));
}

#[tokio::test]
async fn many_that_fit_alone_do_not_go_over_the_quota_together() {
    let world = world().await;
    let names: Vec<String> = (0..20).map(|n| format!("entry-{n:02}")).collect();
    let tries = names.iter().map(|key| {
        let world = &world;
        async move { world.put(Write { key, ..draft(&[0; 12]) }, 0).await }
    });
    let ended = futures::future::join_all(tries).await;
    // 8 bytes of name and 12 of value: five make a hundred.
    assert_eq!(ended.iter().filter(|written| matches!(written, Written::Version(_))).count(), 5, "{ended:?}");
}

#[tokio::test]
async fn it_goes_with_its_connection() {
    let world = world().await;
    version(world.put(draft(b"1"), 0).await);
    let mut tx = world.db.begin(world.tenant).await.unwrap();
    sqlx::query("DELETE FROM connections WHERE id = $1").bind(world.connection.0).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.get(world.connection, 0).await, None);
}
