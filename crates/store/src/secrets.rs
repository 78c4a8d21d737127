//! Secrets as sealed bytes: of connections, of endpoints, and of the installation itself.
//!
//! Nothing here can open them. What they are sealed for (tenant, owner, name) is the caller's affair, so that a row
//! copied to another place does not open there.

use crate::Result;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ConnectionId, EndpointId};
use sqlx::{PgConnection, PgExecutor, PgPool, postgres::types::PgInterval};
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
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Whether it may seal by now. The newest of those that may does; all others only open.
    pub may_seal: bool,
}

/// Something sealed, and where it lies. See [`sealed_with_others`].
#[derive(Clone)]
pub struct Found {
    /// In which table and column, as the database names them to itself.
    pub place: String,
    /// Whose it is; `None` for the installation and for shared endpoints.
    pub tenant_id: Option<Uuid>,
    /// The connection, endpoint, link or person; `None` for the installation.
    pub owner_id: Option<Uuid>,
    /// Its name there.
    pub name: String,
    /// The sealed value.
    pub sealed: Vec<u8>,
}

impl Found {
    /// How its owner is named in the place that it is sealed for.
    pub fn owner(&self) -> String {
        match (self.place.as_str(), self.owner_id) {
            ("endpoint", Some(id)) => endpoint_owner(id.into()),
            ("mailed_link", Some(id)) => crate::mailed_links::owner(id.into()),
            ("second_factor", Some(id)) => crate::second_factors::owner(id.into()),
            ("realtime_app", _) => crate::realtime::APP_OWNER.to_owned(),
            (_, Some(id)) => connection_owner(id.into()),
            (_, None) => PLATFORM_OWNER.to_owned(),
        }
    }
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

/// The secrets of several connections, each with whose it is.
pub async fn of_connections(
    conn: &mut PgConnection,
    connections: &[ConnectionId],
) -> Result<Vec<(ConnectionId, SealedSecret)>> {
    let ids: Vec<uuid::Uuid> = connections.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "SELECT connection_id, name, sealed, updated_at FROM connection_secrets WHERE connection_id = ANY ($1)
          ORDER BY name",
        &ids
    );
    let secret = |name, sealed, updated_at| SealedSecret { name, sealed, updated_at };
    let rows = rows.fetch_all(conn).await?.into_iter();
    Ok(rows.map(|row| (row.connection_id.into(), secret(row.name, row.sealed, row.updated_at))).collect())
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
    Ok(sqlx::query_as!(
        WrappedKey,
        r#"SELECT id, wrapped, created_at, seals_from <= clock_timestamp() AS "may_seal!"
             FROM data_keys ORDER BY created_at, id"#
    )
    .fetch_all(db)
    .await?)
}

/// Adds a data key that opens at once, and seals after `grace`.
pub async fn add_data_key(
    db: impl PgExecutor<'_>,
    id: Uuid,
    wrapped: &[u8],
    now: DateTime<Utc>,
    grace: TimeDelta,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO data_keys (id, wrapped, created_at, seals_from) VALUES ($1, $2, $3, clock_timestamp() + $4)",
        id,
        wrapped,
        now,
        PgInterval { months: 0, days: 0, microseconds: grace.num_microseconds().unwrap_or(i64::MAX) }
    )
    .execute(db)
    .await?;
    Ok(())
}

/// At most `limit` things of all tenants that are sealed with another data key than this.
pub async fn sealed_with_others(db: impl PgExecutor<'_>, data_key: Uuid, limit: i32) -> Result<Vec<Found>> {
    Ok(sqlx::query_as!(
        Found,
        r#"SELECT place AS "place!", tenant_id, owner_id, name AS "name!", sealed AS "sealed!"
             FROM sealed_with_others($1, $2)"#,
        data_key,
        limit
    )
    .fetch_all(db)
    .await?)
}

/// Puts what was sealed anew in the place of what was found. `false`: it has been changed since, and is left.
pub async fn reseal(db: impl PgExecutor<'_>, found: &Found, sealed: &[u8]) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT reseal($1, $2, $3, $4, $5, $6) AS "done!""#,
        found.place,
        found.tenant_id,
        found.owner_id,
        found.name,
        found.sealed,
        sealed
    )
    .fetch_one(db)
    .await?)
}

/// Adds the first data key, unless there is one: processes that start together must all work with the same.
pub async fn add_first_data_key(db: &PgPool, id: Uuid, wrapped: &[u8], now: DateTime<Utc>) -> Result<()> {
    let mut tx = db.begin().await?;
    // Reading goes on; whoever else comes to add one waits here, and then sees this one.
    sqlx::query!("LOCK TABLE data_keys IN SHARE ROW EXCLUSIVE MODE").execute(&mut *tx).await?;
    sqlx::query!(
        "INSERT INTO data_keys (id, wrapped, created_at)
         SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM data_keys)",
        id,
        wrapped,
        now
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
