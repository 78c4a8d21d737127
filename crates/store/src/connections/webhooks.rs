//! Webhooks that connections have registered with their providers, and how registering went.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, TenantId};
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// An address that a provider was told, or may have been.
#[derive(Clone, Debug, PartialEq)]
pub struct Registration {
    /// Which.
    pub id: Uuid,
    /// The address.
    pub url: String,
    /// The settings of the connection when the provider was told.
    pub settings: Value,
    /// What the plugin needs to take it back; `None`: what became of the call is not known.
    pub registration: Option<Value>,
    /// Until then a call about it may be under way.
    pub busy_until: Option<DateTime<Utc>>,
    /// When the provider had taken it.
    pub registered_at: Option<DateTime<Utc>>,
}

/// Why webhooks are not registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of reason, stable for programs.
    pub code: String,
    /// Why, for people.
    pub message: String,
    /// Since when it has been this kind of reason.
    pub since: DateTime<Utc>,
}

/// Whether a connection has anything to do with registering: its plugin can, or something is registered.
pub async fn concern(conn: &mut PgConnection, connection: ConnectionId) -> Result<bool> {
    let concern = sqlx::query_scalar!(
        r#"SELECT coalesce(v.interfaces ? 'setup', false)
               OR EXISTS (SELECT FROM webhook_registrations r WHERE r.connection_id = c.id) AS "concern!"
             FROM connections c
             JOIN plugin_versions v ON v.plugin_id = c.plugin_id AND v.version = c.plugin_version
            WHERE c.id = $1"#,
        connection.0
    );
    Ok(concern.fetch_optional(conn).await?.unwrap_or(false))
}

/// The last part of the address where a connection's webhooks arrive.
pub async fn key(conn: &mut PgConnection, connection: ConnectionId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("SELECT webhook_key($1)", connection.0).fetch_one(conn).await?)
}

/// Everything a connection has registered, the oldest first.
pub async fn registered(conn: &mut PgConnection, connection: ConnectionId) -> Result<Vec<Registration>> {
    Ok(sqlx::query_as!(
        Registration,
        "SELECT id, url, settings, registration, busy_until, registered_at
           FROM webhook_registrations WHERE connection_id = $1 ORDER BY id",
        connection.0
    )
    .fetch_all(conn)
    .await?)
}

/// Notes before the call that a provider is being told, in the row `id`, new or not. `false`: the connection is gone or
/// about to go, and the provider must not be told.
pub async fn begin(
    conn: &mut PgConnection,
    connection: ConnectionId,
    id: Uuid,
    url: &str,
    settings: &Value,
    busy_until: DateTime<Utc>,
) -> Result<bool> {
    // The lock waits for whoever deletes the connection at this moment, and sees it deleted then.
    let done = sqlx::query!(
        "INSERT INTO webhook_registrations (tenant_id, connection_id, id, url, settings, busy_until)
         SELECT tenant_id, id, $2, $3, $4, $5 FROM connections WHERE id = $1 AND deleted_at IS NULL FOR SHARE
         ON CONFLICT (tenant_id, connection_id, id) DO UPDATE SET busy_until = excluded.busy_until",
        connection.0,
        id,
        url,
        settings,
        busy_until
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Keeps what the plugin gave for a registration, and the settings it was made with.
pub async fn complete(
    conn: &mut PgConnection,
    connection: ConnectionId,
    id: Uuid,
    settings: &Value,
    registration: &Value,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE webhook_registrations SET settings = $3, registration = $4, registered_at = $5, busy_until = NULL
          WHERE connection_id = $1 AND id = $2",
        connection.0,
        id,
        settings,
        registration,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that no call about a registration is under way any more.
pub async fn rest(conn: &mut PgConnection, connection: ConnectionId, id: Uuid) -> Result<()> {
    sqlx::query!(
        "UPDATE webhook_registrations SET busy_until = NULL WHERE connection_id = $1 AND id = $2",
        connection.0,
        id
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets a registration that was taken back, or never can be.
pub async fn forget(conn: &mut PgConnection, connection: ConnectionId, id: Uuid) -> Result<()> {
    sqlx::query!("DELETE FROM webhook_registrations WHERE connection_id = $1 AND id = $2", connection.0, id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes that registering is tried with this address. Until it is known how it went, the problem stays.
pub async fn tried(
    conn: &mut PgConnection,
    connection: ConnectionId,
    url: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO webhook_setups (tenant_id, connection_id, url, tried_at)
         SELECT tenant_id, id, $2, $3 FROM connections WHERE id = $1
         ON CONFLICT (tenant_id, connection_id) DO UPDATE SET url = excluded.url, tried_at = excluded.tried_at",
        connection.0,
        url,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes why it did not work, after [`tried`].
pub async fn failed(
    conn: &mut PgConnection,
    connection: ConnectionId,
    code: &str,
    message: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE webhook_setups
            SET since = CASE WHEN problem = $2 THEN since ELSE $4 END, problem = $2, message = $3
          WHERE connection_id = $1",
        connection.0,
        code,
        message,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that it worked, after [`tried`].
pub async fn succeeded(conn: &mut PgConnection, connection: ConnectionId) -> Result<()> {
    sqlx::query!(
        "UPDATE webhook_setups SET problem = NULL, message = NULL, since = NULL WHERE connection_id = $1",
        connection.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets how it went: there is nothing to register any more.
pub async fn settle(conn: &mut PgConnection, connection: ConnectionId) -> Result<()> {
    sqlx::query!("DELETE FROM webhook_setups WHERE connection_id = $1", connection.0).execute(conn).await?;
    Ok(())
}

/// Why the webhooks of a connection are not registered, if they should be.
pub async fn problem(conn: &mut PgConnection, connection: ConnectionId) -> Result<Option<Problem>> {
    Ok(sqlx::query_as!(
        Problem,
        r#"SELECT problem AS "code!", message AS "message!", since AS "since!"
             FROM webhook_setups WHERE connection_id = $1 AND problem IS NOT NULL"#,
        connection.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Connections of all tenants whose webhooks should be registered at an address that begins with `base`, and are not;
/// those whose last try failed only if that was before `tried_before`.
pub async fn unregistered(
    db: impl PgExecutor<'_>,
    base: &str,
    tried_before: DateTime<Utc>,
    at_most: i32,
) -> Result<Vec<(TenantId, ConnectionId)>> {
    let found = sqlx::query!(
        r#"SELECT tenant_id AS "tenant!", connection_id AS "connection!" FROM unregistered_connections($1, $2, $3)"#,
        base,
        tried_before,
        at_most
    );
    Ok(found.fetch_all(db).await?.into_iter().map(|row| (row.tenant.into(), row.connection.into())).collect())
}
