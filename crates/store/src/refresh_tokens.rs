//! Refresh tokens: each is used once; one that comes back was stolen, and takes its session with it.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{SessionId, UserId, role::Role};
use sqlx::PgConnection;

/// What a refresh token turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// Good, and now used up.
    Valid {
        /// The session that goes on.
        session: SessionId,
        /// Whose it is.
        user: UserId,
    },
    /// It was used before: somebody else has it, too. The caller revokes the session.
    Reused {
        /// The session that ends.
        session: SessionId,
    },
    /// Unknown, expired or revoked.
    Refused,
}

/// Who acts in a session that still holds.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    /// What they may do at this moment, whatever their token says.
    pub role: Role,
}

/// Adds a token to a session.
pub async fn insert(
    conn: &mut PgConnection,
    token_hash: &[u8],
    session: SessionId,
    user: UserId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO refresh_tokens (tenant_id, token_hash, session_id, user_id, created_at, expires_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5)",
        token_hash,
        session.0,
        user.0,
        now,
        expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Uses a token up. Of two that present it at once, one waits for the other's transaction and finds it used.
pub async fn redeem(conn: &mut PgConnection, token_hash: &[u8], now: DateTime<Utc>) -> Result<Redeemed> {
    let Some(token) = sqlx::query!(
        "SELECT session_id, user_id, expires_at, used_at, revoked_at FROM refresh_tokens
          WHERE token_hash = $1 FOR UPDATE",
        token_hash
    )
    .fetch_optional(&mut *conn)
    .await?
    else {
        return Ok(Redeemed::Refused);
    };
    if token.revoked_at.is_some() {
        return Ok(Redeemed::Refused);
    }
    if token.used_at.is_some() {
        return Ok(Redeemed::Reused { session: token.session_id.into() });
    }
    if token.expires_at <= now {
        return Ok(Redeemed::Refused);
    }
    sqlx::query!("UPDATE refresh_tokens SET used_at = $2 WHERE token_hash = $1", token_hash, now).execute(conn).await?;
    Ok(Redeemed::Valid { session: token.session_id.into(), user: token.user_id.into() })
}

/// Ends a session: its refresh tokens, and with them its access tokens, are good for nothing any more.
pub async fn revoke_session(conn: &mut PgConnection, session: SessionId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "UPDATE refresh_tokens SET revoked_at = $2 WHERE session_id = $1 AND revoked_at IS NULL",
        session.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends every session of a person, but for the one they act in, if given.
pub async fn revoke_sessions_of(
    conn: &mut PgConnection,
    user: UserId,
    except: Option<SessionId>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE refresh_tokens SET revoked_at = $2
          WHERE user_id = $1 AND revoked_at IS NULL AND ($3::uuid IS NULL OR session_id <> $3)",
        user.0,
        now,
        except.map(uuid::Uuid::from)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Who acts, if the person is active and the session has not ended.
pub async fn actor(conn: &mut PgConnection, user: UserId, session: SessionId) -> Result<Option<Actor>> {
    let role = sqlx::query_scalar!(
        "SELECT role FROM users
          WHERE id = $1 AND active
            AND EXISTS (SELECT FROM refresh_tokens WHERE session_id = $2 AND user_id = $1 AND revoked_at IS NULL)",
        user.0,
        session.0
    )
    .fetch_optional(conn)
    .await?;
    role.map(|name| {
        let role = name.parse().map_err(|error| crate::Error::corrupt("users.role", error))?;
        Ok(Actor { role })
    })
    .transpose()
}
