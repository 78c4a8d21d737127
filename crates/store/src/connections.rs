//! Connections: one account or number of one tenant, with its settings and the accounts it answers for.

/// The `SELECT` of a `Row`, of which the rest and its parameters are given. Above the modules that use it, too.
macro_rules! select {
    ($rest:literal, $($parameter:expr),+) => {
        sqlx::query_as!(
            Row,
            "SELECT id, endpoint_id, plugin_id, plugin_version, name, settings, own_settings, status, status_reason,
                    status_since, version, created_at, updated_at
               FROM connections " + $rest,
            $($parameter),+
        )
    };
}

pub mod checks;
pub mod deletion;
pub mod polls;
pub mod questions;
pub mod versions;
pub mod webhooks;

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
    /// The version of the plugin that does.
    pub plugin_version: String,
    /// What people call it.
    pub name: String,
    /// Valid against the plugin's settings schema, without secrets.
    pub settings: Value,
    /// Those of the settings that were set for this connection; `None`: all of them.
    pub own: Option<Value>,
    /// Whether it works.
    pub status: ConnectionStatus,
    /// Why it does not.
    pub status_reason: Option<String>,
    /// Since when; `None`: longer than this is noted.
    pub status_since: Option<DateTime<Utc>>,
    /// Counts the changes.
    pub version: i64,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

impl Connection {
    /// Those of the settings that were set for this connection, apart from what it inherits.
    pub fn own_settings(&self) -> &Value {
        self.own.as_ref().unwrap_or(&self.settings)
    }
}

/// What a new connection needs.
pub struct NewConnection<'a> {
    /// Its new id.
    pub id: ConnectionId,
    /// Where its webhooks arrive.
    pub endpoint_id: EndpointId,
    /// The plugin that speaks with the provider.
    pub plugin_id: &'a str,
    /// The version of the plugin that does; `None`: the one that new connections get.
    pub plugin_version: Option<&'a str>,
    /// What people call it.
    pub name: &'a str,
    /// Valid against the plugin's settings schema, without secrets.
    pub settings: &'a Value,
    /// Those of the settings that were set for this connection; `None`: all of them.
    pub own: Option<&'a Value>,
}

struct Row {
    id: Uuid,
    endpoint_id: Uuid,
    plugin_id: String,
    plugin_version: String,
    name: String,
    settings: Value,
    own_settings: Option<Value>,
    status: String,
    status_reason: Option<String>,
    status_since: Option<DateTime<Utc>>,
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
            plugin_version: row.plugin_version,
            name: row.name,
            settings: row.settings,
            own: row.own_settings,
            status: status(&row.status)?,
            status_reason: row.status_reason,
            status_since: row.status_since,
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
        "INSERT INTO connections (tenant_id, id, endpoint_id, plugin_id, plugin_version, name, settings, own_settings,
                                  status, status_since, created_at, updated_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6, $7, 'active', $8, $8, $8)",
        new.id.0,
        new.endpoint_id.0,
        new.plugin_id,
        new.plugin_version,
        new.name,
        new.settings,
        new.own,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// One connection.
pub async fn load(conn: &mut PgConnection, id: ConnectionId) -> Result<Option<Connection>> {
    select!("WHERE id = $1 AND deleted_at IS NULL", id.0)
        .fetch_optional(conn)
        .await?
        .map(Connection::try_from)
        .transpose()
}

/// Connections in the order of their ids, from after `after`.
pub async fn list(conn: &mut PgConnection, after: Option<ConnectionId>, limit: i64) -> Result<Vec<Connection>> {
    select!(
        "WHERE deleted_at IS NULL AND ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2",
        after.map(Uuid::from),
        limit
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(Connection::try_from)
    .collect()
}

/// The connections of a plugin, in the order of their ids, locked until the transaction is over.
pub async fn of_plugin(conn: &mut PgConnection, plugin: &str) -> Result<Vec<Connection>> {
    select!("WHERE plugin_id = $1 AND deleted_at IS NULL ORDER BY id FOR UPDATE", plugin)
        .fetch_all(conn)
        .await?
        .into_iter()
        .map(Connection::try_from)
        .collect()
}

/// At most `limit` active connections of a plugin, in the order of their ids.
pub async fn active_of_plugin(conn: &mut PgConnection, plugin: &str, limit: i64) -> Result<Vec<Connection>> {
    select!("WHERE plugin_id = $1 AND status = 'active' AND deleted_at IS NULL ORDER BY id LIMIT $2", plugin, limit)
        .fetch_all(conn)
        .await?
        .into_iter()
        .map(Connection::try_from)
        .collect()
}

/// The plugin versions of the tenant's connections at an endpoint.
pub async fn versions_at(conn: &mut PgConnection, endpoint: EndpointId) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT DISTINCT plugin_version FROM connections WHERE endpoint_id = $1 AND deleted_at IS NULL",
        endpoint.0
    )
    .fetch_all(conn)
    .await?)
}

/// The plugin versions of the tenant's connections at an endpoint, besides this one.
pub async fn other_versions_at(
    conn: &mut PgConnection,
    endpoint: EndpointId,
    besides: ConnectionId,
) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT DISTINCT plugin_version FROM connections WHERE endpoint_id = $1 AND id <> $2 AND deleted_at IS NULL",
        endpoint.0,
        besides.0
    )
    .fetch_all(conn)
    .await?)
}

/// Writes name, settings and plugin version, if the row still has the version that was read; `None` if not.
pub async fn update(
    conn: &mut PgConnection,
    connection: &Connection,
    now: DateTime<Utc>,
) -> Result<Option<Connection>> {
    sqlx::query_as!(
        Row,
        "UPDATE connections
            SET name = $2, settings = $3, own_settings = $4, plugin_version = $5, version = version + 1, updated_at = $6
          WHERE id = $1 AND version = $7
         RETURNING id, endpoint_id, plugin_id, plugin_version, name, settings, own_settings, status, status_reason,
                   status_since, version, created_at, updated_at",
        connection.id.0,
        connection.name,
        connection.settings,
        connection.own,
        connection.plugin_version,
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
            SET status = $2, status_reason = $3, status_since = $4, version = c.version + 1, updated_at = $4
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

/// The accounts that connections answer for, each with who answers.
pub async fn accounts(conn: &mut PgConnection, of: &[ConnectionId]) -> Result<Vec<(ConnectionId, String)>> {
    let ids: Vec<Uuid> = of.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "SELECT connection_id, account FROM connection_accounts WHERE connection_id = ANY ($1) ORDER BY account",
        &ids
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.connection_id.into(), row.account)).collect())
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
