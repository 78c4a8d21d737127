//! Keys that machines show instead of signing in.

use crate::{Result, roles::names};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ApiKeyId, UserId, role::Permissions};
use sqlx::PgConnection;
use uuid::Uuid;

/// How exactly the last use of a key is noted: not every request is worth a write.
const EXACTNESS: TimeDelta = TimeDelta::minutes(1);

/// A key that was not revoked. What it is made of is stored as a hash only.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Which.
    pub id: ApiKeyId,
    /// Who made it.
    pub user_id: UserId,
    /// What people call it.
    pub name: String,
    /// What it is to allow, as far as its maker may do it themselves.
    pub scopes: Permissions,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    user_id: Uuid,
    name: String,
    scopes: Vec<String>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<Row> for ApiKey {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            user_id: row.user_id.into(),
            name: row.name,
            scopes: Permissions::from_names(row.scopes.iter().map(String::as_str)),
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            created_at: row.created_at,
        }
    }
}

/// Adds a key.
pub async fn create(conn: &mut PgConnection, key: &ApiKey, token_hash: &[u8]) -> Result<()> {
    sqlx::query!(
        "INSERT INTO api_keys (tenant_id, id, user_id, name, token_hash, scopes, expires_at, created_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6, $7)",
        key.id.0,
        key.user_id.0,
        key.name,
        token_hash,
        &names(key.scopes),
        key.expires_at,
        key.created_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keys that were not revoked, in the order of their ids, from after `after`; of this person only, if one is named.
pub async fn list(
    conn: &mut PgConnection,
    user: Option<UserId>,
    after: Option<ApiKeyId>,
    limit: i64,
) -> Result<Vec<ApiKey>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, user_id, name, scopes, expires_at, last_used_at, created_at FROM api_keys
          WHERE revoked_at IS NULL AND ($1::uuid IS NULL OR user_id = $1) AND ($2::uuid IS NULL OR id > $2)
          ORDER BY id LIMIT $3",
        user.map(Uuid::from),
        after.map(Uuid::from),
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(ApiKey::from).collect())
}

/// One key that was not revoked.
pub async fn load(conn: &mut PgConnection, id: ApiKeyId) -> Result<Option<ApiKey>> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, user_id, name, scopes, expires_at, last_used_at, created_at FROM api_keys
          WHERE id = $1 AND revoked_at IS NULL",
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(ApiKey::from))
}

/// The key that a token is, if it is good at this moment.
pub async fn find(conn: &mut PgConnection, token_hash: &[u8], now: DateTime<Utc>) -> Result<Option<ApiKey>> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, user_id, name, scopes, expires_at, last_used_at, created_at FROM api_keys
          WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
        token_hash,
        now
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(ApiKey::from))
}

/// Notes that a key was used, unless that was noted a moment ago. Whether there was something to note.
pub async fn touch(conn: &mut PgConnection, key: &ApiKey, now: DateTime<Utc>) -> Result<bool> {
    if key.last_used_at.is_some_and(|at| now - at < EXACTNESS) {
        return Ok(false);
    }
    sqlx::query!("UPDATE api_keys SET last_used_at = $2 WHERE id = $1", key.id.0, now).execute(conn).await?;
    Ok(true)
}

/// Revokes a key; whether there was one to revoke.
pub async fn revoke(conn: &mut PgConnection, id: ApiKeyId, now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!("UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", id.0, now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Revokes every key that a person made. How many there were.
pub async fn revoke_of(conn: &mut PgConnection, user: UserId, now: DateTime<Utc>) -> Result<u64> {
    let done =
        sqlx::query!("UPDATE api_keys SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL", user.0, now)
            .execute(conn)
            .await?;
    Ok(done.rows_affected())
}
