//! What a tenant gives all its connections of a plugin.

use crate::Result;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

/// A tenant's defaults for a plugin.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// Some of the settings, without secrets.
    pub settings: Value,
    /// Counts the changes.
    pub version: i64,
    /// The last change.
    pub updated_at: DateTime<Utc>,
}

/// The tenant's defaults for a plugin, if it has any.
pub async fn load(conn: &mut PgConnection, plugin: &str) -> Result<Option<Defaults>> {
    Ok(sqlx::query_as!(
        Defaults,
        "SELECT settings, version, updated_at FROM plugin_defaults WHERE plugin_id = $1",
        plugin
    )
    .fetch_optional(conn)
    .await?)
}

/// Writes the tenant's defaults, if they still have the version that was read (0: there were none); `None` if not.
pub async fn put(
    conn: &mut PgConnection,
    plugin: &str,
    settings: &Value,
    read: i64,
    now: DateTime<Utc>,
) -> Result<Option<Defaults>> {
    if read == 0 {
        return Ok(sqlx::query_as!(
            Defaults,
            "INSERT INTO plugin_defaults (tenant_id, plugin_id, settings, updated_at)
             VALUES (current_tenant(), $1, $2, $3) ON CONFLICT DO NOTHING
             RETURNING settings, version, updated_at",
            plugin,
            settings,
            now
        )
        .fetch_optional(conn)
        .await?);
    }
    Ok(sqlx::query_as!(
        Defaults,
        "UPDATE plugin_defaults SET settings = $2, version = version + 1, updated_at = $3
          WHERE plugin_id = $1 AND version = $4
         RETURNING settings, version, updated_at",
        plugin,
        settings,
        now,
        read
    )
    .fetch_optional(conn)
    .await?)
}
