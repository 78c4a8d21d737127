//! What a person recognises their sessions by. Whether one holds is said by its refresh tokens.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{SessionId, UserId};
use sqlx::{PgConnection, PgExecutor};

/// A session that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// Where it was last used from: an IP address.
    pub address: String,
    /// What the browser or program called itself.
    pub user_agent: String,
    /// When somebody logged in.
    pub created_at: DateTime<Utc>,
    /// When it last got new tokens.
    pub last_used_at: DateTime<Utc>,
}

/// Notes that a session was used, and that it exists if it is new.
pub async fn touch(
    conn: &mut PgConnection,
    id: SessionId,
    user: UserId,
    address: &str,
    user_agent: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO sessions (tenant_id, id, user_id, address, user_agent, created_at, last_used_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $5)
         ON CONFLICT (tenant_id, id) DO UPDATE
            SET address = excluded.address, user_agent = excluded.user_agent, last_used_at = excluded.last_used_at",
        id.0,
        user.0,
        address,
        user_agent,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The sessions of a person that hold, the last used first.
pub async fn of_user(conn: &mut PgConnection, user: UserId, now: DateTime<Utc>) -> Result<Vec<Session>> {
    Ok(sqlx::query_as!(
        Session,
        "SELECT s.id, s.address, s.user_agent, s.created_at, s.last_used_at FROM sessions s
          WHERE s.user_id = $1
            AND EXISTS (SELECT FROM refresh_tokens t WHERE t.tenant_id = s.tenant_id AND t.session_id = s.id
                           AND t.used_at IS NULL AND t.revoked_at IS NULL AND t.expires_at > $2)
          ORDER BY s.last_used_at DESC, s.id",
        user.0,
        now
    )
    .fetch_all(conn)
    .await?)
}

/// Forgets sessions of all tenants that nobody has used since `unused_since`, and links in e-mails that expired before
/// `expired_before`: at most `limit` of each. How many went.
pub async fn purge(
    db: impl PgExecutor<'_>,
    unused_since: DateTime<Utc>,
    expired_before: DateTime<Utc>,
    limit: i32,
) -> Result<u64> {
    let gone =
        sqlx::query_scalar!(r#"SELECT purge_accounts($1, $2, $3) AS "gone!""#, unused_since, expired_before, limit)
            .fetch_one(db)
            .await?;
    Ok(gone.cast_unsigned())
}
