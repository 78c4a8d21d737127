//! Endpoints: where providers post, and how an arriving request finds its connections.
//!
//! A request names no tenant, so finding is done by named functions of the database that see all of them.

use crate::{Result, secrets::SealedSecret};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, EndpointId, TenantId};
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};

/// An endpoint of the tenant.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// The last part of its address.
    pub key: String,
    /// The plugin whose recipe guards it.
    pub plugin_id: String,
    /// The version of the plugin whose recipe does.
    pub plugin_version: String,
    /// What people call it.
    pub name: String,
    /// Valid against the plugin's endpoint schema, without secrets.
    pub settings: Value,
    /// Counts the changes.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// What a new endpoint needs, besides its secrets.
pub struct NewEndpoint<'a> {
    /// Its new id.
    pub id: EndpointId,
    /// The last part of its address: 16 to 64 letters, digits, `_` and `-`, not to be guessed.
    pub key: &'a str,
    /// The plugin whose recipe guards it.
    pub plugin_id: &'a str,
    /// The version of the plugin whose recipe does; `None`: the one that new connections get.
    pub plugin_version: Option<&'a str>,
    /// What people call it.
    pub name: &'a str,
    /// Valid against the plugin's endpoint schema, without secrets.
    pub settings: &'a Value,
}

/// An endpoint as ingest needs it.
pub struct FoundEndpoint {
    /// Its id.
    pub id: EndpointId,
    /// Whose it is; `None` where it is shared.
    pub tenant_id: Option<TenantId>,
    /// The plugin whose recipe guards it.
    pub plugin_id: String,
    /// The version of the plugin whose recipe does, by the SHA-256 of its file.
    pub plugin_sha256: Vec<u8>,
    /// Its secrets, sealed.
    pub secrets: Vec<SealedSecret>,
}

/// Where an account of a request leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The account.
    pub account: String,
    /// Whose connection answers for it.
    pub tenant_id: TenantId,
    /// Which.
    pub connection_id: ConnectionId,
}

/// A connection at an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EndpointConnection {
    /// Whose.
    pub tenant_id: TenantId,
    /// Which.
    pub connection_id: ConnectionId,
}

/// Creates an endpoint of the tenant.
pub async fn create(conn: &mut PgConnection, new: &NewEndpoint<'_>, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO endpoints (id, tenant_id, key, plugin_id, plugin_version, name, settings, created_at)
         VALUES ($1, current_tenant(), $2, $3, $4, $5, $6, $7)",
        new.id.0,
        new.key,
        new.plugin_id,
        new.plugin_version,
        new.name,
        new.settings,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Creates an endpoint that belongs to no tenant, with its sealed secrets: the operator's app, for accounts of many.
pub async fn create_shared(
    db: impl PgExecutor<'_>,
    new: &NewEndpoint<'_>,
    secrets: &[(String, Vec<u8>)],
    now: DateTime<Utc>,
) -> Result<()> {
    let (names, sealed): (Vec<String>, Vec<Vec<u8>>) = secrets.iter().cloned().unzip();
    sqlx::query!(
        "SELECT create_shared_endpoint($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id.0,
        new.key,
        new.plugin_id,
        new.name,
        new.settings,
        &names,
        &sealed,
        now
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// Writes name and settings, if the row still has the version that was read; `None` if not.
pub async fn update(conn: &mut PgConnection, endpoint: &Endpoint) -> Result<Option<Endpoint>> {
    Ok(sqlx::query_as!(
        Endpoint,
        "UPDATE endpoints SET name = $2, settings = $3, version = version + 1 WHERE id = $1 AND version = $4
         RETURNING id, key, plugin_id, plugin_version, name, settings, version, created_at",
        endpoint.id.0,
        endpoint.name,
        endpoint.settings,
        endpoint.version
    )
    .fetch_optional(conn)
    .await?)
}

/// Gives an endpoint of the tenant the recipe of another version. A shared one stays as it is: `false`.
pub async fn set_plugin_version(conn: &mut PgConnection, id: EndpointId, version: &str) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE endpoints SET plugin_version = $2, version = version + 1 WHERE id = $1 AND plugin_version <> $2",
        id.0,
        version
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives a shared endpoint the recipe of another version, across tenants. `false`: there is no such endpoint.
pub async fn set_shared_version(db: impl PgExecutor<'_>, key: &str, version: &str) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"SELECT set_shared_endpoint_version($1, $2) AS "moved!""#, key, version)
        .fetch_one(db)
        .await?)
}

/// One endpoint of the tenant; shared ones are nobody's to see.
pub async fn load(conn: &mut PgConnection, id: EndpointId) -> Result<Option<Endpoint>> {
    Ok(sqlx::query_as!(
        Endpoint,
        "SELECT id, key, plugin_id, plugin_version, name, settings, version, created_at FROM endpoints WHERE id = $1",
        id.0
    )
    .fetch_optional(conn)
    .await?)
}

/// The keys of the tenant's endpoints among these; those of shared ones are nobody's to see.
pub async fn keys(conn: &mut PgConnection, ids: &[EndpointId]) -> Result<Vec<(EndpointId, String)>> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!("SELECT id, key FROM endpoints WHERE id = ANY ($1)", &ids);
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.id.into(), row.key)).collect())
}

/// The endpoints of the tenant, in the order of their ids, from after `after`.
pub async fn list(conn: &mut PgConnection, after: Option<EndpointId>, limit: i64) -> Result<Vec<Endpoint>> {
    Ok(sqlx::query_as!(
        Endpoint,
        "SELECT id, key, plugin_id, plugin_version, name, settings, version, created_at FROM endpoints
          WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2",
        after.map(uuid::Uuid::from),
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// Deletes an endpoint of the tenant. One that has connections violates `connections_endpoint_id_fkey`.
pub async fn delete(conn: &mut PgConnection, id: EndpointId) -> Result<bool> {
    let done = sqlx::query!("DELETE FROM endpoints WHERE id = $1", id.0).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

/// Finds an endpoint by the last part of its address, across tenants.
pub async fn find_by_key(db: impl PgExecutor<'_>, key: &str) -> Result<Option<FoundEndpoint>> {
    let Some(row) = sqlx::query!(
        r#"SELECT id AS "id!", tenant_id, plugin_id AS "plugin_id!", plugin_sha256 AS "plugin_sha256!",
                  secret_names AS "secret_names!", secrets AS "secrets!", secrets_updated_at AS "secrets_updated_at!"
             FROM find_endpoint($1)"#,
        key
    )
    .fetch_optional(db)
    .await?
    else {
        return Ok(None);
    };
    let secrets = row
        .secret_names
        .into_iter()
        .zip(row.secrets)
        .zip(row.secrets_updated_at)
        .map(|((name, sealed), updated_at)| SealedSecret { name, sealed, updated_at })
        .collect();
    Ok(Some(FoundEndpoint {
        id: row.id.into(),
        tenant_id: row.tenant_id.map(TenantId),
        plugin_id: row.plugin_id,
        plugin_sha256: row.plugin_sha256,
        secrets,
    }))
}

/// Where these accounts lead from an endpoint, across tenants; unknown accounts are left out.
pub async fn routes(db: impl PgExecutor<'_>, endpoint: EndpointId, accounts: &[String]) -> Result<Vec<Route>> {
    Ok(sqlx::query_as!(
        Route,
        r#"SELECT account AS "account!", tenant_id AS "tenant_id!", connection_id AS "connection_id!"
             FROM find_routes($1, $2)"#,
        endpoint.0,
        accounts
    )
    .fetch_all(db)
    .await?)
}

/// The connection of an endpoint that has exactly one, across tenants: it gets what names no account.
pub async fn only_connection(db: impl PgExecutor<'_>, endpoint: EndpointId) -> Result<Option<EndpointConnection>> {
    Ok(sqlx::query_as!(
        EndpointConnection,
        r#"SELECT tenant_id AS "tenant_id!", connection_id AS "connection_id!" FROM find_only_connection($1)"#,
        endpoint.0
    )
    .fetch_optional(db)
    .await?)
}
