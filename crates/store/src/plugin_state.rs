//! What plugins remember about a connection between calls.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::ConnectionId;
use sqlx::{PgConnection, PgPool};

/// A value that a plugin keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Any bytes.
    pub value: Vec<u8>,
    /// Changes with every write.
    pub version: i64,
}

/// A value to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Write<'a> {
    /// Its name.
    pub key: &'a str,
    /// Any bytes.
    pub value: &'a [u8],
    /// Only over an entry of this version; 0: only if there is none.
    pub if_version: Option<i64>,
    /// When it is to be forgotten.
    pub expires_at: Option<DateTime<Utc>>,
    /// The most that names and values of the connection may have together, in bytes.
    pub quota: i64,
}

/// How a write ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is kept, as this version.
    Version(i64),
    /// The entry is not at the version the write was for.
    Conflict,
    /// The connection would have more than the quota.
    Quota,
}

/// The entry of a name that has not expired by `now`.
pub async fn get(
    conn: &mut PgConnection,
    connection: ConnectionId,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Option<Entry>> {
    Ok(sqlx::query_as!(
        Entry,
        "SELECT value, version FROM plugin_state
          WHERE connection_id = $1 AND key = $2 AND (expires_at IS NULL OR expires_at > $3)",
        connection.0,
        key,
        now
    )
    .fetch_optional(conn)
    .await?)
}

/// Writes an entry. Writes of one connection wait for each other until their transactions end.
pub async fn put(
    conn: &mut PgConnection,
    connection: ConnectionId,
    write: Write<'_>,
    now: DateTime<Utc>,
) -> Result<Written> {
    let row = sqlx::query!(
        "SELECT written, fault FROM put_plugin_state($1, $2, $3, $4, $5, $6, $7)",
        connection.0,
        write.key,
        write.value,
        write.if_version,
        write.expires_at,
        now,
        write.quota
    )
    .fetch_one(conn)
    .await?;
    Ok(match (row.written, row.fault.as_deref()) {
        (Some(version), _) => Written::Version(version),
        (None, Some("quota")) => Written::Quota,
        (None, _) => Written::Conflict,
    })
}

/// Removes an entry, if it is there.
pub async fn delete(conn: &mut PgConnection, connection: ConnectionId, key: &str) -> Result<()> {
    sqlx::query!("DELETE FROM plugin_state WHERE connection_id = $1 AND key = $2", connection.0, key)
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets what has expired by `now`, of all tenants, at most `limit` rows. Returns how many went: call again while it
/// is not zero.
pub async fn purge(pool: &PgPool, now: DateTime<Utc>, limit: i32) -> Result<u64> {
    let gone =
        sqlx::query_scalar!(r#"SELECT purge_plugin_state($1, $2) AS "count!""#, now, limit).fetch_one(pool).await?;
    Ok(gone.try_into().unwrap_or_default())
}
