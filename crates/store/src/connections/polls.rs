//! Polls: the triggers of connections, where each goes on, and which job is the next.

use crate::Result;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, TenantId};
use sqlx::{PgConnection, PgExecutor};

/// A poll that needs a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The trigger.
    pub name: String,
    /// The round that the job polls in.
    pub round: i64,
}

/// Where a poll goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    /// The plugin's cursor; `None`: it begins.
    pub cursor: Option<String>,
    /// The round that may poll.
    pub round: i64,
}

/// What a poll ended with.
#[derive(Clone, Debug)]
pub struct Progress<'a> {
    /// Where the next goes on; `None`: where this one began.
    pub cursor: Option<&'a str>,
    /// Why it brought nothing, if it failed.
    pub problem: Option<&'a str>,
    /// When the next is to run.
    pub next_at: DateTime<Utc>,
}

/// Why polls of a connection fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Why.
    pub message: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Begins a new round for each trigger of an active connection that no job is about to poll, and says which: each needs
/// a job now. One whose job should have run before `overdue_before` has lost it.
pub async fn start(
    conn: &mut PgConnection,
    connection: ConnectionId,
    overdue_before: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<Due>> {
    Ok(sqlx::query_as!(
        Due,
        r#"INSERT INTO plugin_polls AS p (tenant_id, connection_id, name, round, due_at)
           SELECT c.tenant_id, c.id, t.trigger ->> 'name', 1, $2
             FROM connections c
             JOIN plugin_versions v ON v.plugin_id = c.plugin_id AND v.version = c.plugin_version
            CROSS JOIN LATERAL jsonb_array_elements(v.manifest -> 'triggers') AS t (trigger)
            WHERE c.id = $1 AND c.status = 'active' AND c.deleted_at IS NULL AND v.interfaces ? 'triggers'
           ON CONFLICT (tenant_id, connection_id, name) DO UPDATE SET round = p.round + 1, due_at = excluded.due_at
            WHERE p.due_at IS NULL OR p.due_at < $3
           RETURNING name, round"#,
        connection.0,
        now,
        overdue_before
    )
    .fetch_all(conn)
    .await?)
}

/// Where a poll goes on.
pub async fn load(conn: &mut PgConnection, connection: ConnectionId, name: &str) -> Result<Option<Poll>> {
    Ok(sqlx::query_as!(
        Poll,
        "SELECT cursor, round FROM plugin_polls WHERE connection_id = $1 AND name = $2",
        connection.0,
        name
    )
    .fetch_optional(conn)
    .await?)
}

/// Ends a round, and answers the next one, which needs a job at `next_at`. `None`: the round was another's.
pub async fn advance(
    conn: &mut PgConnection,
    connection: ConnectionId,
    name: &str,
    round: i64,
    progress: &Progress<'_>,
    now: DateTime<Utc>,
) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar!(
        "UPDATE plugin_polls
            SET cursor = coalesce($4, cursor), round = round + 1, due_at = $6,
                polled_at = CASE WHEN $5::text IS NULL THEN $7 ELSE polled_at END,
                since = CASE WHEN $5::text IS NULL THEN NULL ELSE coalesce(since, $7) END, problem = $5
          WHERE connection_id = $1 AND name = $2 AND round = $3
         RETURNING round",
        connection.0,
        name,
        round,
        progress.cursor,
        progress.problem,
        progress.next_at,
        now
    )
    .fetch_optional(conn)
    .await?)
}

/// Notes why a round has brought nothing so far. It is tried again.
pub async fn trouble(
    conn: &mut PgConnection,
    connection: ConnectionId,
    name: &str,
    problem: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "UPDATE plugin_polls SET problem = $3, since = coalesce(since, $4) WHERE connection_id = $1 AND name = $2",
        connection.0,
        name,
        problem,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that a poll has no job any more. Its cursor stays for when it goes on.
pub async fn stop(conn: &mut PgConnection, connection: ConnectionId, name: &str, round: i64) -> Result<()> {
    sqlx::query!(
        "UPDATE plugin_polls SET due_at = NULL, problem = NULL, since = NULL
          WHERE connection_id = $1 AND name = $2 AND round = $3",
        connection.0,
        name,
        round
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The oldest trouble of a connection's polls.
pub async fn oldest_trouble(conn: &mut PgConnection, connection: ConnectionId) -> Result<Option<Trouble>> {
    Ok(sqlx::query_as!(
        Trouble,
        r#"SELECT problem AS "message!", since AS "since!" FROM plugin_polls
            WHERE connection_id = $1 AND problem IS NOT NULL ORDER BY since LIMIT 1"#,
        connection.0
    )
    .fetch_optional(conn)
    .await?)
}

/// Active connections of all tenants with a trigger that nobody polls, or not since then.
pub async fn unpolled(
    db: impl PgExecutor<'_>,
    overdue_before: DateTime<Utc>,
    at_most: i32,
) -> Result<Vec<(TenantId, ConnectionId)>> {
    let found = sqlx::query!(
        r#"SELECT tenant_id AS "tenant!", connection_id AS "connection!" FROM unpolled_connections($1, $2)"#,
        overdue_before,
        at_most
    );
    Ok(found.fetch_all(db).await?.into_iter().map(|row| (row.tenant.into(), row.connection.into())).collect())
}
