//! Secrets as sealed bytes: of connections, of endpoints, and of the installation itself.
//!
//! Nothing here can open them. What they are sealed for (tenant, owner, name) is the caller's affair, so that a row
//! copied to another place does not open there.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, EndpointId};
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

/// A secret as it lies in the database.
#[derive(Clone)]
pub struct SealedSecret {
    /// The name that the plugin's manifest gives it.
    pub name: String,
    /// The sealed value.
    pub sealed: Vec<u8>,
    /// When it was last set.
    pub updated_at: DateTime<Utc>,
}

/// A data key, wrapped by the master key.
#[derive(Clone)]
pub struct WrappedKey {
    /// Named in everything that is sealed with it.
    pub id: Uuid,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
    /// The newest key seals; older ones only open.
    pub created_at: DateTime<Utc>,
}

/// The secrets of a connection, by name.
pub async fn of_connection(conn: &mut PgConnection, connection: ConnectionId) -> Result<Vec<SealedSecret>> {
    Ok(sqlx::query_as!(
        SealedSecret,
        "SELECT name, sealed, updated_at FROM connection_secrets WHERE connection_id = $1 ORDER BY name",
        connection.0
    )
    .fetch_all(conn)
    .await?)
}

/// Sets a secret of a connection, or replaces it.
pub async fn put_for_connection(
    conn: &mut PgConnection,
    connection: ConnectionId,
    name: &str,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO connection_secrets (tenant_id, connection_id, name, sealed, updated_at)
         VALUES (current_tenant(), $1, $2, $3, $4)
         ON CONFLICT (tenant_id, connection_id, name)
         DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at",
        connection.0,
        name,
        sealed,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets a secret of a connection; whether there was one.
pub async fn remove_from_connection(conn: &mut PgConnection, connection: ConnectionId, name: &str) -> Result<bool> {
    let done =
        sqlx::query!("DELETE FROM connection_secrets WHERE connection_id = $1 AND name = $2", connection.0, name)
            .execute(conn)
            .await?;
    Ok(done.rows_affected() > 0)
}

/// The secrets of an endpoint of the tenant, by name. Those of a shared endpoint come with
/// [`crate::endpoints::find_by_key`] only.
pub async fn of_endpoint(conn: &mut PgConnection, endpoint: EndpointId) -> Result<Vec<SealedSecret>> {
    Ok(sqlx::query_as!(
        SealedSecret,
        "SELECT name, sealed, updated_at FROM endpoint_secrets WHERE endpoint_id = $1 ORDER BY name",
        endpoint.0
    )
    .fetch_all(conn)
    .await?)
}

/// Sets a secret of an endpoint of the tenant, or replaces it.
pub async fn put_for_endpoint(
    conn: &mut PgConnection,
    endpoint: EndpointId,
    name: &str,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO endpoint_secrets (tenant_id, endpoint_id, name, sealed, updated_at)
         VALUES (current_tenant(), $1, $2, $3, $4)
         ON CONFLICT (endpoint_id, name) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at",
        endpoint.0,
        name,
        sealed,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A secret of the installation.
pub async fn of_platform(db: impl PgExecutor<'_>, name: &str) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar!("SELECT sealed FROM platform_secrets WHERE name = $1", name).fetch_optional(db).await?)
}

/// Sets a secret of the installation unless it is set: of several processes that try, one succeeds.
pub async fn put_for_platform_once(
    db: impl PgExecutor<'_>,
    name: &str,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO platform_secrets (name, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
        name,
        sealed,
        now
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Every data key, the oldest first.
pub async fn data_keys(db: impl PgExecutor<'_>) -> Result<Vec<WrappedKey>> {
    Ok(sqlx::query_as!(WrappedKey, "SELECT id, wrapped, created_at FROM data_keys ORDER BY created_at, id")
        .fetch_all(db)
        .await?)
}

/// Adds the first data key, unless there is one: processes that start together must all work with the same.
pub async fn add_first_data_key(db: &PgPool, key: &WrappedKey) -> Result<()> {
    let mut tx = db.begin().await?;
    // Reading goes on; whoever else comes to add one waits here, and then sees this one.
    sqlx::query!("LOCK TABLE data_keys IN SHARE ROW EXCLUSIVE MODE").execute(&mut *tx).await?;
    sqlx::query!(
        "INSERT INTO data_keys (id, wrapped, created_at)
         SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM data_keys)",
        key.id,
        key.wrapped,
        key.created_at
    )
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Wraps a data key anew, for a changed master key.
pub async fn rewrap_data_key(db: impl PgExecutor<'_>, id: Uuid, wrapped: &[u8]) -> Result<()> {
    sqlx::query!("UPDATE data_keys SET wrapped = $2 WHERE id = $1", id, wrapped).execute(db).await?;
    Ok(())
}

/// How a connection is named in the place that its secrets are sealed for, besides its tenant.
pub fn connection_owner(id: ConnectionId) -> String {
    format!("connection:{id}")
}

/// How an endpoint is named in the place that its secrets are sealed for, besides its tenant if it has one.
pub fn endpoint_owner(id: EndpointId) -> String {
    format!("endpoint:{id}")
}

/// How the installation is named in the place that its own secrets are sealed for.
pub const PLATFORM_OWNER: &str = "platform";
