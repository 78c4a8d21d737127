//! Files that somebody wants to install: handed in by the API, tried by a worker.

use crate::Result;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// An installation.
#[derive(Clone, Debug)]
pub struct Installation {
    /// When somebody asked for it.
    pub requested_at: DateTime<Utc>,
    /// When it was done.
    pub completed_at: Option<DateTime<Utc>>,
    /// What became of it.
    pub outcome: Option<Value>,
}

/// Hands in a file.
pub async fn request(conn: &mut PgConnection, id: Uuid, wasm: &[u8], now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO plugin_installations (tenant_id, id, wasm, requested_at) VALUES (current_tenant(), $1, $2, $3)",
        id,
        wasm,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The file that waits; `None` once the installation is done.
pub async fn file(conn: &mut PgConnection, id: Uuid) -> Result<Option<Vec<u8>>> {
    let wasm = sqlx::query_scalar!("SELECT wasm FROM plugin_installations WHERE id = $1", id);
    Ok(wasm.fetch_optional(conn).await?.flatten())
}

/// Notes what became of it, and forgets the file.
pub async fn complete(conn: &mut PgConnection, id: Uuid, outcome: &Value, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "UPDATE plugin_installations SET completed_at = $3, outcome = $2, wasm = NULL
          WHERE id = $1 AND completed_at IS NULL",
        id,
        outcome,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// One installation.
pub async fn load(conn: &mut PgConnection, id: Uuid) -> Result<Option<Installation>> {
    Ok(sqlx::query_as!(
        Installation,
        "SELECT requested_at, completed_at, outcome FROM plugin_installations WHERE id = $1",
        id
    )
    .fetch_optional(conn)
    .await?)
}
