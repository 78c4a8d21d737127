//! Connections that people have deleted and that are still there, because something of theirs is to be taken back.

use super::{Connection, Row};
use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, TenantId};
use sqlx::{PgConnection, PgExecutor};

/// Locks a connection for whoever is about to delete it. `false`: it is gone already.
pub async fn lock(conn: &mut PgConnection, id: ConnectionId) -> Result<bool> {
    let locked = sqlx::query_scalar!(
        r#"SELECT true AS "locked!" FROM connections WHERE id = $1 AND deleted_at IS NULL FOR UPDATE"#,
        id.0
    );
    Ok(locked.fetch_optional(conn).await?.is_some())
}

/// Whether a connection has conversations, with which it cannot be deleted.
pub async fn has_conversations(conn: &mut PgConnection, id: ConnectionId) -> Result<bool> {
    let has = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM conversations
                           WHERE tenant_id = current_tenant() AND connection_id = $1) AS "has!""#,
        id.0
    );
    Ok(has.fetch_one(conn).await?)
}

/// Hides a connection from everybody but the job that deletes it. Nothing comes in any more, and its accounts are free
/// for another connection.
pub async fn hide(conn: &mut PgConnection, id: ConnectionId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("UPDATE connections SET deleted_at = $2, version = version + 1 WHERE id = $1", id.0, now)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("DELETE FROM connection_accounts WHERE connection_id = $1", id.0).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM deliveries WHERE tenant_id = current_tenant() AND connection_id = $1", id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// A hidden connection.
pub async fn load(conn: &mut PgConnection, id: ConnectionId) -> Result<Option<Connection>> {
    select!("WHERE id = $1 AND deleted_at IS NOT NULL", id.0)
        .fetch_optional(conn)
        .await?
        .map(Connection::try_from)
        .transpose()
}

/// Brings a hidden connection back: it cannot be deleted after all.
pub async fn show(conn: &mut PgConnection, id: ConnectionId) -> Result<()> {
    sqlx::query!("UPDATE connections SET deleted_at = NULL, version = version + 1 WHERE id = $1", id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Connections of all tenants that were deleted before then and are still there.
pub async fn leftovers(
    db: impl PgExecutor<'_>,
    deleted_before: DateTime<Utc>,
    at_most: i32,
) -> Result<Vec<(TenantId, ConnectionId)>> {
    let found = sqlx::query!(
        r#"SELECT tenant_id AS "tenant!", connection_id AS "connection!" FROM leftover_connections($1, $2)"#,
        deleted_before,
        at_most
    );
    Ok(found.fetch_all(db).await?.into_iter().map(|row| (row.tenant.into(), row.connection.into())).collect())
}
