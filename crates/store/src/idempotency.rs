//! Answers to creating requests, so that a request that is repeated gets the first answer and has no second effect.
//!
//! The answer is written by the transaction that has the effect: both exist or neither does, whatever dies when. Who
//! comes second while it runs is told so at once, by a lock that ends with the transaction.

use crate::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use domain::UserId;
use serde_json::Value;
use sqlx::PgConnection;

/// For how long a repeated request gets the first answer.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// What is known about a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// Nothing yet: it is the caller's until its transaction ends.
    Mine,
    /// Another transaction has it at this moment.
    InProgress,
    /// It was used for another request.
    OtherRequest,
    /// The request was answered.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: Value,
    },
}

/// Claims a key of a person for the running transaction.
pub async fn claim(
    conn: &mut PgConnection,
    user: UserId,
    key: &str,
    request_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Claim> {
    let locked = sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_xact_lock(hashtextextended(current_tenant()::text || $1::text || $2, 0)) AS "locked!""#,
        user.0.to_string(),
        key
    )
    .fetch_one(&mut *conn)
    .await?;
    if !locked {
        return Ok(Claim::InProgress);
    }
    sqlx::query!(
        "DELETE FROM idempotency_keys WHERE user_id = $1 AND key = $2 AND created_at <= $3",
        user.0,
        key,
        now - KEPT_FOR
    )
    .execute(&mut *conn)
    .await?;
    let Some(row) = sqlx::query!(
        "SELECT request_hash, response_status, response_body FROM idempotency_keys WHERE user_id = $1 AND key = $2",
        user.0,
        key
    )
    .fetch_optional(conn)
    .await?
    else {
        return Ok(Claim::Mine);
    };
    if row.request_hash != request_hash {
        return Ok(Claim::OtherRequest);
    }
    let status = row.response_status.and_then(|status| u16::try_from(status).ok());
    let status = status.ok_or_else(|| Error::corrupt("idempotency_keys.response_status", "not an HTTP status"))?;
    Ok(Claim::Answered { status, body: row.response_body.unwrap_or_default() })
}

/// Keeps the answer for a key that was [claimed](claim) by the running transaction.
pub async fn record(
    conn: &mut PgConnection,
    user: UserId,
    key: &str,
    request_hash: &[u8],
    status: u16,
    body: &Value,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO idempotency_keys (tenant_id, user_id, key, request_hash, response_status, response_body, created_at)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6)",
        user.0,
        key,
        request_hash,
        status.cast_signed(),
        body,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}
