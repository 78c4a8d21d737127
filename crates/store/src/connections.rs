//! Connections: one account or number of one tenant, with its settings and the accounts it answers for.

pub mod checks;

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, EndpointId, connection::ConnectionStatus};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A connection, without its secrets.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Where its webhooks arrive.
    pub endpoint_id: EndpointId,
    /// The plugin that speaks with the provider.
    pub plugin_id: String,
    /// What people call it.
    pub name: String,
    /// Valid against the plugin's settings schema, without secrets.
    pub settings: Value,
    /// Whether it works.
    pub status: ConnectionStatus,
    /// Why it does not.
    pub status_reason: Option<String>,
    /// Counts the changes.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

/// What a new connection needs.
pub struct NewConnection<'a> {
    /// Its new id.
    pub id: ConnectionId,
    /// Where its webhooks arrive.
    pub endpoint_id: EndpointId,
    /// The plugin that speaks with the provider.
    pub plugin_id: &'a str,
    /// What people call it.
    pub name: &'a str,
    /// Valid against the plugin's settings schema, without secrets.
    pub settings: &'a Value,
}

struct Row {
    id: Uuid,
    endpoint_id: Uuid,
    plugin_id: String,
    name: String,
    settings: Value,
    status: String,
    status_reason: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TryFrom<Row> for Connection {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            endpoint_id: row.endpoint_id.into(),
            plugin_id: row.plugin_id,
            name: row.name,
            settings: row.settings,
            status: status(&row.status)?,
            status_reason: row.status_reason,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn status(name: &str) -> Result<ConnectionStatus> {
    name.parse().map_err(|error| Error::corrupt("connections.status", error))
}

/// Creates a connection, active.
pub async fn create(conn: &mut PgConnection, new: &NewConnection<'_>, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "INSERT INTO connections (tenant_id, id, endpoint_id, plugin_id, name, settings, status, created_at, updated_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, 'active', $6, $6)",
        new.id.0,
        new.endpoint_id.0,
        new.plugin_id,
        new.name,
        new.settings,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// One connection.
pub async fn load(conn: &mut PgConnection, id: ConnectionId) -> Result<Option<Connection>> {
    sqlx::query_as!(
        Row,
        "SELECT id, endpoint_id, plugin_id, name, settings, status, status_reason, version, created_at, updated_at
           FROM connections WHERE id = $1",
        id.0
    )
    .fetch_optional(conn)
    .await?
    .map(Connection::try_from)
    .transpose()
}

/// Connections in the order of their ids, from after `after`.
pub async fn list(conn: &mut PgConnection, after: Option<ConnectionId>, limit: i64) -> Result<Vec<Connection>> {
    sqlx::query_as!(
        Row,
        "SELECT id, endpoint_id, plugin_id, name, settings, status, status_reason, version, created_at, updated_at
           FROM connections WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2",
        after.map(Uuid::from),
        limit
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(Connection::try_from)
    .collect()
}

/// Writes name and settings, if the row still has the version that was read; `None` if not.
pub async fn update(
    conn: &mut PgConnection,
    connection: &Connection,
    now: DateTime<Utc>,
) -> Result<Option<Connection>> {
    sqlx::query_as!(
        Row,
        "UPDATE connections SET name = $2, settings = $3, version = version + 1, updated_at = $4
          WHERE id = $1 AND version = $5
         RETURNING id, endpoint_id, plugin_id, name, settings, status, status_reason, version, created_at, updated_at",
        connection.id.0,
        connection.name,
        connection.settings,
        now,
        connection.version
    )
    .fetch_optional(conn)
    .await?
    .map(Connection::try_from)
    .transpose()
}

/// Moves a connection to a status; answers the one before, or `None` if it already was there or does not exist.
pub async fn set_status(
    conn: &mut PgConnection,
    id: ConnectionId,
    next: ConnectionStatus,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Option<ConnectionStatus>> {
    sqlx::query_scalar!(
        "UPDATE connections c
            SET status = $2, status_reason = $3, version = c.version + 1, updated_at = $4
           FROM (SELECT tenant_id, id, status FROM connections WHERE id = $1 FOR UPDATE) before
          WHERE c.tenant_id = before.tenant_id AND c.id = before.id AND before.status <> $2
         RETURNING before.status",
        id.0,
        next.as_str(),
        reason,
        now
    )
    .fetch_optional(conn)
    .await?
    .map(|name| status(&name))
    .transpose()
}

/// Deletes a connection with everything that belongs to it alone. One that has conversations violates
/// `conversations_tenant_id_connection_id_fkey`: it can only be disabled.
pub async fn delete(conn: &mut PgConnection, id: ConnectionId) -> Result<bool> {
    let done = sqlx::query!("DELETE FROM connections WHERE id = $1", id.0).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

/// The accounts a connection answers for.
pub async fn accounts(conn: &mut PgConnection, id: ConnectionId) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!("SELECT account FROM connection_accounts WHERE connection_id = $1 ORDER BY account", id.0)
        .fetch_all(conn)
        .await?)
}

/// Makes `accounts` the accounts a connection answers for at its endpoint. One that another connection has there
/// violates `connection_accounts_endpoint_id_account_key`.
pub async fn set_accounts(
    conn: &mut PgConnection,
    id: ConnectionId,
    endpoint: EndpointId,
    accounts: &[String],
) -> Result<()> {
    sqlx::query!("DELETE FROM connection_accounts WHERE connection_id = $1 AND account <> ALL ($2)", id.0, accounts)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "INSERT INTO connection_accounts (tenant_id, connection_id, endpoint_id, account)
         SELECT current_tenant(), $1, $2, account FROM unnest($3::text[]) AS account
         ON CONFLICT (tenant_id, connection_id, account) DO NOTHING",
        id.0,
        endpoint.0,
        accounts
    )
    .execute(conn)
    .await?;
    Ok(())
}
