//! Connection tests: asked for by a person, answered by a worker.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::ConnectionId;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A connection test.
#[derive(Clone, Debug)]
pub struct Check {
    /// When somebody asked for it.
    pub requested_at: DateTime<Utc>,
    /// When the answer came.
    pub completed_at: Option<DateTime<Utc>>,
    /// The answer: `ok`, `account` and `checks`.
    pub report: Option<Value>,
}

/// Asks for a test.
pub async fn request(conn: &mut PgConnection, id: Uuid, connection: ConnectionId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO connection_checks (tenant_id, id, connection_id, requested_at)
         VALUES (current_tenant(), $1, $2, $3)",
        id,
        connection.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Answers every test of a connection that waits: one look at the provider serves them all.
pub async fn complete(
    conn: &mut PgConnection,
    connection: ConnectionId,
    report: &Value,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE connection_checks SET completed_at = $3, report = $2
          WHERE connection_id = $1 AND completed_at IS NULL",
        connection.0,
        report,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The last test of a connection that was answered.
pub async fn last_answered(conn: &mut PgConnection, connection: ConnectionId) -> Result<Option<Check>> {
    Ok(sqlx::query_as!(
        Check,
        "SELECT requested_at, completed_at, report FROM connection_checks
          WHERE connection_id = $1 AND completed_at IS NOT NULL ORDER BY completed_at DESC LIMIT 1",
        connection.0
    )
    .fetch_optional(conn)
    .await?)
}

/// One test of a connection.
pub async fn load(conn: &mut PgConnection, connection: ConnectionId, id: Uuid) -> Result<Option<Check>> {
    Ok(sqlx::query_as!(
        Check,
        "SELECT requested_at, completed_at, report FROM connection_checks WHERE id = $1 AND connection_id = $2",
        id,
        connection.0
    )
    .fetch_optional(conn)
    .await?)
}
