//! Imports from other systems: how far they have come, and what became of each object.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ImportId, TenantId};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// Begins an import. One from the same system that is not over gets no further: it was interrupted, after as many lines
/// as are returned.
pub async fn begin(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: ImportId,
    source: &str,
    now: DateTime<Utc>,
) -> Result<Option<i64>> {
    let interrupted = sqlx::query_scalar!(
        "UPDATE imports SET state = 'interrupted' WHERE tenant_id = $1 AND source = $2 AND state = 'running'
         RETURNING lines",
        tenant.0,
        source
    )
    .fetch_optional(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO imports (tenant_id, id, source, started_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
        tenant.0,
        id.0,
        source,
        now
    )
    .execute(conn)
    .await?;
    Ok(interrupted)
}

/// Notes how far an import has come, and whether that is its end. `false`: it has been interrupted.
pub async fn advance(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: ImportId,
    lines: i64,
    counts: &Value,
    finished: bool,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE imports
            SET lines = $3, counts = $4, updated_at = $6, state = CASE WHEN $5 THEN 'finished' ELSE state END
          WHERE tenant_id = $1 AND id = $2 AND state = 'running'",
        tenant.0,
        id.0,
        lines,
        counts,
        finished,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// What an object of another system has become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is: `contact`, `message`, ….
    pub kind: String,
    /// Its id there.
    pub source_id: String,
    /// Its id here.
    pub target_id: Uuid,
    /// The hash of its line.
    pub digest: Vec<u8>,
    /// The version that the import left behind.
    pub version: Option<i64>,
    /// What there is to be said about it, separated by commas.
    pub notes: String,
}

/// Those of these objects that have been brought over.
pub async fn items(conn: &mut PgConnection, source: &str, kinds: &[String], ids: &[String]) -> Result<Vec<Item>> {
    let items = sqlx::query_as!(
        Item,
        r#"SELECT i.kind, i.source_id, i.target_id, i.digest, i.version, i.notes
             FROM unnest($2::text[], $3::text[]) AS wanted (kind, id)
            CROSS JOIN LATERAL (SELECT * FROM import_items
                                 WHERE tenant_id = current_tenant() AND source = $1 AND kind = wanted.kind
                                   AND source_id = wanted.id OFFSET 0) i"#,
        source,
        kinds,
        ids
    );
    Ok(items.fetch_all(conn).await?)
}

/// Notes what has become of objects, or what they are since now.
pub async fn put_items(conn: &mut PgConnection, tenant: TenantId, source: &str, items: &[Item]) -> Result<()> {
    let kinds: Vec<String> = items.iter().map(|item| item.kind.clone()).collect();
    let ids: Vec<String> = items.iter().map(|item| item.source_id.clone()).collect();
    let targets: Vec<Uuid> = items.iter().map(|item| item.target_id).collect();
    let digests: Vec<Vec<u8>> = items.iter().map(|item| item.digest.clone()).collect();
    let versions: Vec<Option<i64>> = items.iter().map(|item| item.version).collect();
    let notes: Vec<String> = items.iter().map(|item| item.notes.clone()).collect();
    sqlx::query!(
        "INSERT INTO import_items (tenant_id, source, kind, source_id, target_id, digest, version, notes)
         SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::uuid[], $6::bytea[], $7::bigint[], $8::text[])
         ON CONFLICT (tenant_id, source, kind, source_id) DO UPDATE
            SET target_id = excluded.target_id, digest = excluded.digest, version = excluded.version,
                notes = excluded.notes",
        tenant.0,
        source,
        &kinds,
        &ids,
        &targets,
        &digests,
        &versions as &[Option<i64>],
        &notes
    )
    .execute(conn)
    .await?;
    Ok(())
}
