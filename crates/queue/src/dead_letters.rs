//! Jobs that were given up: a tenant's own, to look at, replay or discard.
//!
//! Everything here runs in the caller's transaction and in its tenant's context, so that an audit
//! event can be committed with it.

use crate::JobId;
use chrono::{DateTime, Utc};
use domain::{ConnectionId, TenantId, job::Lane};
use sqlx::PgConnection;

/// A job that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The job that was given up; a replay is a new one.
    pub id: JobId,
    /// The lane it ran in.
    pub lane: String,
    /// The stable name of its type.
    pub kind: String,
    /// The key it was held in order by.
    pub key: Option<String>,
    /// The connection whose provider it called.
    pub connection: Option<uuid::Uuid>,
    /// Its arguments.
    pub args: serde_json::Value,
    /// Attempts made.
    pub attempts: i32,
    /// What the last attempt said.
    pub error: String,
    /// The trace it belongs to.
    pub trace_id: Option<String>,
    /// When it was stored, in database time.
    pub enqueued_at: DateTime<Utc>,
    /// When it was given up, in database time.
    pub died_at: DateTime<Utc>,
}

/// An attempt that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which attempt it was, counted from 1; a replay counts anew.
    pub attempt: i32,
    /// `retry`, `dead`, `cancelled`, or `lost` when its worker died.
    pub outcome: String,
    /// What it said.
    pub error: Option<String>,
    /// How long it ran.
    pub duration_ms: Option<i64>,
    /// When it ended, in database time.
    pub ended_at: DateTime<Utc>,
}

/// What a list of dead letters is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Those of this lane.
    pub lane: Option<Lane>,
    /// Those of this kind of job.
    pub kind: Option<&'a str>,
    /// Those of this key.
    pub key: Option<&'a str>,
    /// Those that called the provider of this connection.
    pub connection: Option<ConnectionId>,
}

/// Which dead letters of a tenant.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// These.
    Ids(&'a [JobId]),
    /// Those of one kind of job.
    Kind(&'a str),
    /// All.
    All,
}

impl<'a> Which<'a> {
    /// What limits the ids, and what limits the kind.
    fn filters(self) -> (Option<Vec<i64>>, Option<&'a str>) {
        match self {
            Self::Ids(ids) => (Some(ids.iter().map(|id| id.0).collect()), None),
            Self::Kind(kind) => (None, Some(kind)),
            Self::All => (None, None),
        }
    }
}

/// How many dead letters are replayed or discarded at once, so that no transaction is long. If it was as many, there may
/// be more.
pub const BATCH: u32 = 10_000;

/// A page of the tenant's dead letters, the newest first. `before` is the end of the last page.
pub async fn list(
    conn: &mut PgConnection,
    tenant: TenantId,
    filter: Filter<'_>,
    before: Option<(DateTime<Utc>, JobId)>,
    limit: u32,
) -> sqlx::Result<Vec<DeadLetter>> {
    let (before_time, before_id) = before.map(|(time, id)| (time, id.0)).unzip();
    sqlx::query_as!(
        DeadLetter,
        r#"
        SELECT id, lane, kind, key, connection_id AS connection, args, attempts, error, trace_id, enqueued_at, died_at
        FROM queue.dead_letters
        WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (died_at, id) < ($2, $3::bigint))
            AND ($5::text IS NULL OR kind = $5) AND ($6::text IS NULL OR lane = $6)
            AND ($7::text IS NULL OR key = $7) AND ($8::uuid IS NULL OR connection_id = $8)
        ORDER BY died_at DESC, id DESC LIMIT $4
        "#,
        tenant.0,
        before_time,
        before_id,
        i64::from(limit),
        filter.kind,
        filter.lane.map(Lane::as_str),
        filter.key,
        filter.connection.map(|id| id.0),
    )
    .fetch_all(conn)
    .await
}

/// One dead letter.
pub async fn get(conn: &mut PgConnection, tenant: TenantId, id: JobId) -> sqlx::Result<Option<DeadLetter>> {
    sqlx::query_as!(
        DeadLetter,
        r#"
        SELECT id, lane, kind, key, connection_id AS connection, args, attempts, error, trace_id, enqueued_at, died_at
        FROM queue.dead_letters WHERE tenant_id = $1 AND id = $2
        "#,
        tenant.0,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// The attempts of a job that did not succeed, the oldest first. They are kept with a dead letter, and
/// for the idempotency horizon otherwise.
pub async fn attempts(conn: &mut PgConnection, tenant: TenantId, id: JobId) -> sqlx::Result<Vec<Attempt>> {
    sqlx::query_as!(
        Attempt,
        "SELECT attempt, outcome, error, duration_ms, ended_at FROM queue.attempts
         WHERE tenant_id = $1 AND job_id = $2 ORDER BY n",
        tenant.0,
        id.0,
    )
    .fetch_all(conn)
    .await
}

/// Replaces the arguments of a dead letter, before it is replayed. Whether there is such a one.
///
/// Arguments that name another tenant do no harm: a worker refuses them.
pub async fn edit(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: JobId,
    args: serde_json::Map<String, serde_json::Value>,
) -> sqlx::Result<bool> {
    let edited = sqlx::query!(
        "UPDATE queue.dead_letters SET args = $3 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        id.0,
        serde_json::Value::Object(args),
    )
    .execute(conn)
    .await?;
    Ok(edited.rows_affected() > 0)
}

/// Makes jobs of dead letters again, with all their attempts, at the end of their keys' lines and in
/// their old order; at most [`BATCH`] of them, the oldest first. Returns the new jobs and their lanes, which are to be woken after the commit.
pub async fn replay(conn: &mut PgConnection, tenant: TenantId, which: Which<'_>) -> sqlx::Result<Vec<(JobId, Lane)>> {
    let (ids, kind) = which.filters();
    let rows = sqlx::query!(
        r#"
        WITH revived AS MATERIALIZED (
            DELETE FROM queue.dead_letters
            WHERE tenant_id = $1 AND id = ANY (ARRAY(
                SELECT id FROM queue.dead_letters
                WHERE tenant_id = $1 AND ($2::bigint[] IS NULL OR id = ANY ($2)) AND ($3::text IS NULL OR kind = $3)
                ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED))
            RETURNING *
        )
        INSERT INTO queue.jobs (tenant_id, lane, kind, priority, connection_id, key, idempotency_key, trace_id, args)
        SELECT tenant_id, lane, kind, priority, connection_id, key, idempotency_key, trace_id, args
        FROM revived ORDER BY id
        RETURNING id, lane
        "#,
        tenant.0,
        ids.as_deref(),
        kind,
        i64::from(BATCH),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((JobId(row.id), row.lane.parse().ok()?))).collect())
}

/// Deletes dead letters for good; at most [`BATCH`] of them, the oldest first. Returns how many.
pub async fn discard(conn: &mut PgConnection, tenant: TenantId, which: Which<'_>) -> sqlx::Result<u64> {
    let (ids, kind) = which.filters();
    let count = sqlx::query_scalar!(
        r#"
        WITH gone AS (
            DELETE FROM queue.dead_letters
            WHERE tenant_id = $1 AND id = ANY (ARRAY(
                SELECT id FROM queue.dead_letters
                WHERE tenant_id = $1 AND ($2::bigint[] IS NULL OR id = ANY ($2)) AND ($3::text IS NULL OR kind = $3)
                ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED))
            RETURNING kind, idempotency_key
        ), spent AS (
            UPDATE queue.idempotency_keys i SET finished_at = clock_timestamp() FROM gone g
            WHERE i.tenant_id = $1 AND i.kind = g.kind AND i.key = g.idempotency_key
        )
        SELECT count(*) AS "count!" FROM gone
        "#,
        tenant.0,
        ids.as_deref(),
        kind,
        i64::from(BATCH),
    )
    .fetch_one(conn)
    .await?;
    Ok(u64::try_from(count).expect("a count is not negative"))
}
