//! Refresh tokens: each is used once; one that comes back was stolen, and takes its session with it.

use crate::{Error, Result, users};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    SessionId, TeamId, UserId,
    role::{Permissions, RoleKey},
    second_factor::Enforcement,
};
use sqlx::PgConnection;
use uuid::Uuid;

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
#[derive(Clone, Debug)]
pub struct Actor {
    /// Their role at this moment, whatever their token says.
    pub role: RoleKey,
    /// What it allows.
    pub permissions: Permissions,
    /// The teams they belong to, in the order of their ids.
    pub teams: Vec<TeamId>,
    /// Whether their tenant asks them for a second factor that they have not set up.
    pub lacks_second_factor: bool,
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

/// Uses a token up. Of two that present it at once, one waits for the other's transaction and finds it used; for as long
/// as `leeway` after that it is still good.
pub async fn redeem(
    conn: &mut PgConnection,
    token_hash: &[u8],
    leeway: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Redeemed> {
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
    if token.used_at.is_some_and(|used_at| now >= used_at + leeway) {
        return Ok(Redeemed::Reused { session: token.session_id.into() });
    }
    if token.expires_at <= now {
        return Ok(Redeemed::Refused);
    }
    sqlx::query!("UPDATE refresh_tokens SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL", token_hash, now)
        .execute(conn)
        .await?;
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
        except.map(Uuid::from)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Who acts, if the person is active and the session, where there is one, has not ended.
pub async fn actor(conn: &mut PgConnection, user: UserId, session: Option<SessionId>) -> Result<Option<Actor>> {
    let row = sqlx::query!(
        r#"SELECT u.role, u.role_id, r.permissions AS "permissions?",
                  ARRAY(SELECT m.team_id FROM team_members m WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id
                         ORDER BY m.team_id) AS "teams!",
                  s.require_second_factor AS "require_second_factor?",
                  EXISTS (SELECT FROM second_factors f
                           WHERE f.tenant_id = u.tenant_id AND f.user_id = u.id AND f.confirmed_at IS NOT NULL)
                      AS "has_second_factor!"
             FROM users u
             LEFT JOIN roles r ON r.tenant_id = u.tenant_id AND r.id = u.role_id
             LEFT JOIN tenant_settings s ON s.tenant_id = u.tenant_id
            WHERE u.tenant_id = current_tenant() AND u.id = $1 AND u.active
              AND ($2::uuid IS NULL
                   OR EXISTS (SELECT FROM refresh_tokens t
                               WHERE t.tenant_id = u.tenant_id AND t.session_id = $2 AND t.user_id = $1
                                 AND t.revoked_at IS NULL))"#,
        user.0,
        session.map(Uuid::from)
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let role = users::role_key(row.role.as_deref(), row.role_id)?;
        let permissions = match role {
            RoleKey::BuiltIn(role) => role.permissions(),
            RoleKey::Custom(_) => Permissions::from_names(row.permissions.iter().flatten().map(String::as_str)),
        };
        let enforcement = row.require_second_factor.map(|rule| rule.parse::<Enforcement>()).transpose();
        let enforcement =
            enforcement.map_err(|error| Error::corrupt("tenant_settings.require_second_factor", error))?;
        Ok(Actor {
            role,
            permissions,
            teams: row.teams.into_iter().map(TeamId::from).collect(),
            lacks_second_factor: !row.has_second_factor && enforcement.unwrap_or_default().concerns(permissions),
        })
    })
    .transpose()
}
