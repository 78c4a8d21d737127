//! Tenants are separated by the database: proven with the product's own pool and role.

use domain::TenantId;
use signalbox_store::{Database, tenants};
use sqlx::{AssertSqlSafe, Row};
use test_support::TestDatabase;

async fn tenant(db: &Database, slug: &str) -> TenantId {
    let id = TenantId::new();
    let mut tx = db.begin(id).await.unwrap();
    tenants::create(&mut tx, slug, slug, chrono::Utc::now()).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// Every table with row-level security, and the column that names the tenant.
async fn isolated_tables(owner: &sqlx::PgPool) -> Vec<(String, String)> {
    sqlx::query(
        "SELECT c.oid::regclass::text AS name, a.attname::text AS tenant_column
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
            AND a.attname = CASE WHEN c.relname = 'tenants' THEN 'id' ELSE 'tenant_id' END
          WHERE n.nspname IN ('public', 'queue') AND c.relkind IN ('r', 'p') ORDER BY 1",
    )
    .fetch_all(owner)
    .await
    .unwrap()
    .into_iter()
    .map(|row| (row.get("name"), row.get("tenant_column")))
    .collect()
}

#[tokio::test]
async fn every_table_with_a_tenant_forces_row_level_security() {
    let test = TestDatabase::create().await;
    let open: Vec<String> = sqlx::query_scalar(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnum > 0
          WHERE n.nspname IN ('public', 'queue') AND c.relkind IN ('r', 'p')
            AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
    )
    .fetch_all(&test.owner)
    .await
    .unwrap();
    assert!(open.is_empty(), "no row-level security on {open:?}");
    assert!(isolated_tables(&test.owner).await.len() > 15);
}

#[tokio::test]
async fn a_query_without_a_condition_sees_only_its_tenant() {
    let test = TestDatabase::create().await;
    let db = Database::from_pool(test.app.clone());
    let (a, b) = (tenant(&db, "a").await, tenant(&db, "b").await);
    for id in [a, b] {
        let mut tx = db.begin(id).await.unwrap();
        for n in 0..3 {
            sqlx::query(
                "INSERT INTO contacts (tenant_id, id, name, created_at, updated_at)
                 VALUES ($1, gen_random_uuid(), $2, now(), now())",
            )
            .bind(id.0)
            .bind(format!("{id} {n}"))
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
    }
    let mut tx = db.begin(a).await.unwrap();
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM contacts").fetch_all(&mut *tx).await.unwrap();
    assert_eq!(names.len(), 3);
    assert!(names.iter().all(|name| name.starts_with(&a.to_string())));
    let changed = sqlx::query("UPDATE contacts SET name = 'mine now'").execute(&mut *tx).await.unwrap();
    assert_eq!(changed.rows_affected(), 3);
    let slugs: Vec<String> = sqlx::query_scalar("SELECT slug FROM tenants").fetch_all(&mut *tx).await.unwrap();
    assert_eq!(slugs, ["a"]);
}

#[tokio::test]
async fn without_a_tenant_nothing_is_seen_in_any_table() {
    let test = TestDatabase::create().await;
    let db = Database::from_pool(test.app.clone());
    tenant(&db, "a").await;
    for (table, _) in isolated_tables(&test.owner).await {
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .fetch_one(&test.app)
            .await
            .unwrap_or_else(|error| panic!("{table}: {error}"));
        assert_eq!(rows, 0, "{table}");
    }
}

#[tokio::test]
async fn a_row_for_another_tenant_is_refused() {
    let test = TestDatabase::create().await;
    let db = Database::from_pool(test.app.clone());
    let (a, b) = (tenant(&db, "a").await, tenant(&db, "b").await);
    let mut tx = db.begin(a).await.unwrap();
    let error = sqlx::query(
        "INSERT INTO contacts (tenant_id, id, created_at, updated_at) VALUES ($1, gen_random_uuid(), now(), now())",
    )
    .bind(b.0)
    .execute(&mut *tx)
    .await
    .unwrap_err();
    assert!(error.to_string().contains("row-level security"), "{error}");
}

#[tokio::test]
async fn the_setting_ends_with_its_transaction() {
    let test = TestDatabase::create().await;
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(1).connect_with(test.app_options()).await.unwrap();
    let db = Database::from_pool(pool.clone());
    let a = tenant(&db, "a").await;
    drop(db.begin(a).await.unwrap());
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM tenants").fetch_one(&pool).await.unwrap();
    assert_eq!(seen, 0);
}

#[tokio::test]
async fn a_role_that_could_look_past_it_is_refused() {
    let test = TestDatabase::create().await;
    Database::from_pool(test.app.clone()).refuse_unsafe_role().await.unwrap();
    let error = Database::from_pool(test.owner.clone()).refuse_unsafe_role().await.unwrap_err();
    assert!(error.to_string().contains("signalbox_app"), "{error}");
}

#[tokio::test]
async fn the_log_cannot_be_rewritten() {
    let test = TestDatabase::create().await;
    let db = Database::from_pool(test.app.clone());
    let a = tenant(&db, "a").await;
    for statement in ["UPDATE events SET kind = 'x'", "DELETE FROM events"] {
        let mut tx = db.begin(a).await.unwrap();
        let error = sqlx::query(statement).execute(&mut *tx).await.unwrap_err();
        assert!(error.to_string().contains("permission denied"), "{error}");
    }
}

/// A definer function acts for everybody, so each must be closed to everybody but the product, and must not be led to
/// other tables by a search path.
#[tokio::test]
async fn definer_functions_are_closed_and_pinned() {
    let test = TestDatabase::create().await;
    let loose: Vec<String> = sqlx::query_scalar(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
          WHERE n.nspname IN ('public', 'queue') AND p.prosecdef
            AND (NOT coalesce(p.proconfig::text LIKE '%search_path=%', false)
                 OR has_function_privilege('public', p.oid, 'EXECUTE')
                 OR pg_get_userbyid(p.proowner) <> 'signalbox_definer')",
    )
    .fetch_all(&test.owner)
    .await
    .unwrap();
    assert!(loose.is_empty(), "{loose:?}");
}
