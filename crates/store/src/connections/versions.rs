//! What a connection had before its upgrades: enough to go back in one transaction.

use super::Connection;
use crate::{Result, secrets::SealedSecret};
use chrono::{DateTime, Utc};
use domain::ConnectionId;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A state that an upgrade has left.
#[derive(Clone)]
pub struct Past {
    /// Which.
    pub id: Uuid,
    /// The version of the plugin.
    pub plugin_version: String,
    /// The version of its endpoint; `None`: the endpoint is shared, and did not move.
    pub endpoint_version: Option<String>,
    /// The settings.
    pub settings: Value,
    /// Those of them that were set for the connection; `None`: all.
    pub own: Option<Value>,
    /// The secrets, sealed for this connection.
    pub secrets: Vec<SealedSecret>,
    /// When it was left.
    pub left_at: DateTime<Utc>,
}

/// Where an upgrade goes.
pub struct Departure<'a> {
    /// The version of the connection's endpoint, if it may move.
    pub endpoint_version: Option<&'a str>,
    /// The secrets as they are.
    pub secrets: &'a [SealedSecret],
    /// The version it goes to.
    pub next_version: &'a str,
    /// The ids of the capabilities that were consented to.
    pub consent: &'a [String],
}

/// Keeps what a connection has, before it is upgraded.
pub async fn keep(
    conn: &mut PgConnection,
    connection: &Connection,
    departure: &Departure<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let secrets = departure.secrets;
    let names: Vec<String> = secrets.iter().map(|secret| secret.name.clone()).collect();
    let sealed: Vec<Vec<u8>> = secrets.iter().map(|secret| secret.sealed.clone()).collect();
    let updated_at: Vec<DateTime<Utc>> = secrets.iter().map(|secret| secret.updated_at).collect();
    sqlx::query!(
        "INSERT INTO connection_versions (tenant_id, connection_id, id, plugin_version, endpoint_version, settings,
                                          own_settings, secret_names, secrets, secrets_updated_at, next_version,
                                          consent, left_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        connection.id.0,
        Uuid::now_v7(),
        connection.plugin_version,
        departure.endpoint_version,
        connection.settings,
        connection.own,
        &names,
        &sealed,
        &updated_at,
        departure.next_version,
        departure.consent,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The state before the last upgrade, if there was one that was not taken back.
pub async fn last(conn: &mut PgConnection, connection: ConnectionId) -> Result<Option<Past>> {
    let row = sqlx::query!(
        "SELECT id, plugin_version, endpoint_version, settings, own_settings, secret_names, secrets, secrets_updated_at,
                left_at
           FROM connection_versions WHERE connection_id = $1 ORDER BY id DESC LIMIT 1",
        connection.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Past {
        id: row.id,
        plugin_version: row.plugin_version,
        endpoint_version: row.endpoint_version,
        settings: row.settings,
        own: row.own_settings,
        secrets: row
            .secret_names
            .into_iter()
            .zip(row.secrets)
            .zip(row.secrets_updated_at)
            .map(|((name, sealed), updated_at)| SealedSecret { name, sealed, updated_at })
            .collect(),
        left_at: row.left_at,
    }))
}

/// Forgets a state that a rollback has come back to.
pub async fn forget(conn: &mut PgConnection, connection: ConnectionId, id: Uuid) -> Result<()> {
    sqlx::query!("DELETE FROM connection_versions WHERE connection_id = $1 AND id = $2", connection.0, id)
        .execute(conn)
        .await?;
    Ok(())
}
