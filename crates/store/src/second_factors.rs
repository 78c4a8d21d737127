//! Second factors: the secret that a person's app shares with us, and the codes for whoever has lost their app.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::UserId;
use sqlx::PgConnection;

/// A person's second factor.
pub struct SecondFactor {
    /// The shared secret, sealed.
    pub secret: Vec<u8>,
    /// Since when it is asked for; `None` while it is being set up.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The last step whose code was taken.
    pub last_step: i64,
    /// Wrong codes in a row.
    pub failures: i32,
    /// Until when no code is looked at.
    pub locked_until: Option<DateTime<Utc>>,
}

/// How a person is named in the place that the secret is sealed for, besides their tenant.
pub fn owner(user: UserId) -> String {
    format!("second-factor:{user}")
}

/// What the secret is called there.
pub const SECRET: &str = "secret";

/// A person's second factor, locked: of two who show the same code, one is refused.
pub async fn lock(conn: &mut PgConnection, user: UserId) -> Result<Option<SecondFactor>> {
    Ok(sqlx::query_as!(
        SecondFactor,
        "SELECT secret, confirmed_at, last_step, failures, locked_until FROM second_factors
          WHERE user_id = $1 FOR UPDATE",
        user.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Whether a person is asked for a second factor.
pub async fn is_confirmed(conn: &mut PgConnection, user: UserId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM second_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL) AS "is_it!""#,
        user.0
    )
    .fetch_one(conn)
    .await?)
}

/// Begins to set one up, in the place of one that was never confirmed. Whether there was none that is.
pub async fn begin(conn: &mut PgConnection, user: UserId, secret: &[u8], now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "INSERT INTO second_factors AS f (tenant_id, user_id, secret, created_at)
         VALUES (current_tenant(), $1, $2, $3)
         ON CONFLICT (tenant_id, user_id) DO UPDATE
            SET secret = excluded.secret, created_at = excluded.created_at, last_step = 0
          WHERE f.confirmed_at IS NULL",
        user.0,
        secret,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// From now on it is asked for.
pub async fn confirm(conn: &mut PgConnection, user: UserId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("UPDATE second_factors SET confirmed_at = $2 WHERE user_id = $1", user.0, now).execute(conn).await?;
    Ok(())
}

/// Notes that the code of a step was taken, and forgets wrong ones.
pub async fn took(conn: &mut PgConnection, user: UserId, step: i64) -> Result<()> {
    sqlx::query!(
        "UPDATE second_factors SET last_step = $2, failures = 0, locked_until = NULL WHERE user_id = $1",
        user.0,
        step
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes a wrong code, and until when no other is looked at.
pub async fn failed(conn: &mut PgConnection, user: UserId, locked_until: Option<DateTime<Utc>>) -> Result<()> {
    sqlx::query!(
        "UPDATE second_factors SET failures = failures + 1, locked_until = $2 WHERE user_id = $1",
        user.0,
        locked_until
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Removes a person's second factor and their recovery codes; whether there was one that is asked for.
pub async fn remove(conn: &mut PgConnection, user: UserId) -> Result<bool> {
    let removed = sqlx::query_scalar!(
        r#"DELETE FROM second_factors WHERE user_id = $1 RETURNING confirmed_at IS NOT NULL AS "was_confirmed!""#,
        user.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(removed.unwrap_or(false))
}

/// Gives a person new recovery codes in the place of all they had.
pub async fn put_recovery_codes(conn: &mut PgConnection, user: UserId, hashes: &[Vec<u8>]) -> Result<()> {
    sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", user.0).execute(&mut *conn).await?;
    sqlx::query!(
        "INSERT INTO recovery_codes (tenant_id, user_id, code_hash)
         SELECT current_tenant(), $1, hash FROM unnest($2::bytea[]) AS hash",
        user.0,
        hashes
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How many recovery codes a person has left.
pub async fn recovery_codes_left(conn: &mut PgConnection, user: UserId) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL"#,
        user.0
    )
    .fetch_one(conn)
    .await?)
}

/// Uses a recovery code up; whether it was good.
pub async fn use_recovery_code(conn: &mut PgConnection, user: UserId, hash: &[u8], now: DateTime<Utc>) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL",
        user.0,
        hash,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}
