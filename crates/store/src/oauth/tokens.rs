//! The tokens of a connection, and whose turn it is to renew them.
//!
//! A renewal is a lease in the row, not a lock: nobody holds a transaction while the provider is asked. The lease goes
//! by database time, as all leases do. What decides whose tokens are kept is the `rotation` that a renewal started
//! from, so that a holder that was stalled past its lease can still bring its answer if nobody else brought one.

use crate::Result;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ConnectionId;
use sqlx::{PgConnection, postgres::types::PgInterval};
use uuid::Uuid;

/// The tokens of a connection.
#[derive(Clone)]
pub struct Tokens {
    /// Where they come from.
    pub token_url: String,
    /// The access token, sealed; `None` before the first.
    pub access_token: Option<Vec<u8>>,
    /// The refresh token, sealed, where the provider gave one.
    pub refresh_token: Option<Vec<u8>>,
    /// What was granted.
    pub scopes: Vec<String>,
    /// When the access token was asked for.
    pub issued_at: Option<DateTime<Utc>>,
    /// When it ends, if the provider says so.
    pub expires_at: Option<DateTime<Utc>>,
    /// Counts the tokens of the connection.
    pub rotation: i64,
    /// How often in a row the provider could not be asked.
    pub failures: i16,
    /// Until when nobody asks again.
    pub retry_at: Option<DateTime<Utc>>,
}

/// Tokens that the provider has just given.
pub struct NewTokens<'a> {
    /// Where they come from.
    pub token_url: &'a str,
    /// The access token, sealed.
    pub access_token: &'a [u8],
    /// The refresh token, sealed. In a renewal, `None` keeps the one there is.
    pub refresh_token: Option<&'a [u8]>,
    /// What was granted.
    pub scopes: &'a [String],
    /// When they were asked for.
    pub issued_at: DateTime<Utc>,
    /// When the access token ends, if the provider says so.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Whose turn it is to renew.
pub enum Claim {
    /// The caller's, for the time of the lease.
    Mine {
        /// Whether an earlier renewal has ended without anybody knowing what the provider answered.
        answer_lost: bool,
    },
    /// Somebody else's.
    Busy,
    /// Nobody's: the tokens are others by now.
    Moved,
}

/// The tokens of a connection, if there is a row.
pub async fn load(conn: &mut PgConnection, connection: ConnectionId) -> Result<Option<Tokens>> {
    Ok(sqlx::query_as!(
        Tokens,
        "SELECT token_url, access_token, refresh_token, scopes, issued_at, expires_at, rotation, failures, retry_at
           FROM oauth_tokens WHERE connection_id = $1",
        connection.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Makes a row without tokens, unless there is one, so that there is something to claim.
pub async fn prepare(conn: &mut PgConnection, connection: ConnectionId, token_url: &str) -> Result<()> {
    sqlx::query!(
        "INSERT INTO oauth_tokens (tenant_id, connection_id, token_url) VALUES (current_tenant(), $1, $2)
         ON CONFLICT (tenant_id, connection_id) DO NOTHING",
        connection.0,
        token_url
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes the turn to renew the tokens with this rotation, for the time of `lease` from now on by database time.
pub async fn claim(
    conn: &mut PgConnection,
    connection: ConnectionId,
    rotation: i64,
    renewal: Uuid,
    lease: TimeDelta,
) -> Result<Claim> {
    let Some(row) = sqlx::query!(
        r#"SELECT rotation, renewal, coalesce(renewal_until > clock_timestamp(), false) AS "busy!"
             FROM oauth_tokens WHERE connection_id = $1 FOR UPDATE"#,
        connection.0
    )
    .fetch_optional(&mut *conn)
    .await?
    else {
        return Ok(Claim::Moved);
    };
    if row.rotation != rotation {
        return Ok(Claim::Moved);
    }
    if row.busy {
        return Ok(Claim::Busy);
    }
    sqlx::query!(
        "UPDATE oauth_tokens SET renewal = $2, renewal_until = clock_timestamp() + $3 WHERE connection_id = $1",
        connection.0,
        renewal,
        PgInterval { months: 0, days: 0, microseconds: lease.num_microseconds().unwrap_or(i64::MAX) }
    )
    .execute(conn)
    .await?;
    Ok(Claim::Mine { answer_lost: row.renewal.is_some() })
}

/// Keeps the tokens of a renewal that started from this rotation. `None`: others were kept meanwhile, and these are
/// not.
///
/// The commit waits for the disk, whatever the connection's default is: a refresh token that was used once and then
/// forgotten cannot be had again.
pub async fn rotate(
    conn: &mut PgConnection,
    connection: ConnectionId,
    from: i64,
    new: &NewTokens<'_>,
) -> Result<Option<i64>> {
    wait_for_the_disk(conn).await?;
    Ok(sqlx::query_scalar!(
        "UPDATE oauth_tokens
            SET token_url = $3, access_token = $4, refresh_token = coalesce($5, refresh_token), scopes = $6,
                issued_at = $7, expires_at = $8, rotation = rotation + 1,
                renewal = NULL, renewal_until = NULL, failures = 0, retry_at = NULL
          WHERE connection_id = $1 AND rotation = $2
         RETURNING rotation",
        connection.0,
        from,
        new.token_url,
        new.access_token,
        new.refresh_token,
        new.scopes,
        new.issued_at,
        new.expires_at
    )
    .fetch_optional(conn)
    .await?)
}

/// Keeps the tokens of a new authorization, in place of whatever there was. Returns their rotation.
pub async fn put(conn: &mut PgConnection, connection: ConnectionId, new: &NewTokens<'_>) -> Result<i64> {
    wait_for_the_disk(conn).await?;
    Ok(sqlx::query_scalar!(
        "INSERT INTO oauth_tokens AS t
                (tenant_id, connection_id, token_url, access_token, refresh_token, scopes, issued_at, expires_at,
                 rotation)
         VALUES (current_tenant(), $1, $2, $3, $4, $5, $6, $7, 1)
         ON CONFLICT (tenant_id, connection_id) DO UPDATE
            SET token_url = excluded.token_url, access_token = excluded.access_token,
                refresh_token = excluded.refresh_token, scopes = excluded.scopes, issued_at = excluded.issued_at,
                expires_at = excluded.expires_at, rotation = t.rotation + 1,
                renewal = NULL, renewal_until = NULL, failures = 0, retry_at = NULL
         RETURNING rotation",
        connection.0,
        new.token_url,
        new.access_token,
        new.refresh_token,
        new.scopes,
        new.issued_at,
        new.expires_at
    )
    .fetch_one(conn)
    .await?)
}

/// Ends a renewal that the provider refused. `false`: it was overtaken, and says nothing about the tokens there are.
pub async fn give_up(conn: &mut PgConnection, connection: ConnectionId, rotation: i64, renewal: Uuid) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE oauth_tokens SET renewal = NULL, renewal_until = NULL, failures = 0, retry_at = NULL
          WHERE connection_id = $1 AND rotation = $2 AND renewal = $3",
        connection.0,
        rotation,
        renewal
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends a renewal that failed for now: nobody asks again before `retry_at`. Where it is not known what became of the
/// request, the renewal's name stays in the row.
pub async fn put_off(
    conn: &mut PgConnection,
    connection: ConnectionId,
    renewal: Uuid,
    retry_at: DateTime<Utc>,
    answer_lost: bool,
) -> Result<()> {
    sqlx::query!(
        "UPDATE oauth_tokens
            SET renewal = CASE WHEN $4 THEN renewal END, renewal_until = NULL, failures = least(failures + 1, 1000),
                retry_at = $3
          WHERE connection_id = $1 AND renewal = $2",
        connection.0,
        renewal,
        retry_at,
        answer_lost
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn wait_for_the_disk(conn: &mut PgConnection) -> Result<()> {
    sqlx::query!(r#"SELECT set_config('synchronous_commit', 'on', true) AS "is""#).fetch_one(conn).await?;
    Ok(())
}
