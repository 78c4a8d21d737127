//! Authorizations that have begun: somebody was sent to a provider, to come back with a code.

use crate::Result;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ConnectionId, UserId};
use sqlx::PgConnection;

/// How long used and expired ones are kept, so that whoever comes late is told why it is too late.
const KEPT_FOR: TimeDelta = TimeDelta::days(1);

/// What is remembered of somebody who was sent to a provider.
pub struct NewAuthorization<'a> {
    /// The SHA-256 of what the provider sends back.
    pub state_hash: &'a [u8],
    /// For which connection.
    pub connection: ConnectionId,
    /// Who.
    pub user: UserId,
    /// The proof key's verifier, sealed.
    pub verifier: &'a [u8],
    /// Until when they may come back.
    pub expires_at: DateTime<Utc>,
}

/// What a state turned out to be.
pub enum Redeemed {
    /// Good, and now used up.
    Valid {
        /// The connection that is authorized.
        connection: ConnectionId,
        /// Who began it.
        user: UserId,
        /// The proof key's verifier, sealed.
        verifier: Vec<u8>,
    },
    /// Somebody came back with it before.
    Used,
    /// It took too long.
    Expired,
    /// Nobody was sent away with it.
    Unknown,
}

/// Remembers that somebody was sent to a provider, and forgets old ones of the tenant.
pub async fn insert(conn: &mut PgConnection, new: &NewAuthorization<'_>, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("DELETE FROM oauth_authorizations WHERE expires_at < $1", now - KEPT_FOR).execute(&mut *conn).await?;
    sqlx::query!(
        "INSERT INTO oauth_authorizations
                (tenant_id, state_hash, connection_id, user_id, verifier, created_at, expires_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6)",
        new.state_hash,
        new.connection.0,
        new.user.0,
        new.verifier,
        now,
        new.expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Uses a state up. Of two that come back with it at once, one waits for the other's transaction and finds it used.
pub async fn redeem(conn: &mut PgConnection, state_hash: &[u8], now: DateTime<Utc>) -> Result<Redeemed> {
    let Some(row) = sqlx::query!(
        "SELECT connection_id, user_id, verifier, expires_at, used_at FROM oauth_authorizations
          WHERE state_hash = $1 FOR UPDATE",
        state_hash
    )
    .fetch_optional(&mut *conn)
    .await?
    else {
        return Ok(Redeemed::Unknown);
    };
    if row.used_at.is_some() {
        return Ok(Redeemed::Used);
    }
    if row.expires_at <= now {
        return Ok(Redeemed::Expired);
    }
    sqlx::query!("UPDATE oauth_authorizations SET used_at = $2, verifier = '' WHERE state_hash = $1", state_hash, now)
        .execute(conn)
        .await?;
    Ok(Redeemed::Valid { connection: row.connection_id.into(), user: row.user_id.into(), verifier: row.verifier })
}
