//! Jobs that have not ended: to look at, to cancel, to try again at once.
//!
//! What takes a connection runs in the caller's transaction and in its tenant's context; what [`Queue`] offers crosses
//! tenants and is the operator's.

use crate::{JobId, Queue};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, TenantId, job::Lane};
use sqlx::PgConnection;
use std::{collections::BTreeSet, str::FromStr};
use uuid::Uuid;

/// What a job that has not ended is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It could start now.
    Ready,
    /// It waits for a time: scheduled, snoozed, or before a retry.
    Delayed,
    /// It waits for the job in front of it in its key.
    Parked,
    /// Its tenant or connection is held back.
    Held,
    /// It runs.
    Running,
}

impl State {
    /// Every state, in the order of a job's life.
    pub const ALL: [Self; 5] = [Self::Ready, Self::Delayed, Self::Parked, Self::Held, Self::Running];

    /// The name in the database, in metrics and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Delayed => "delayed",
            Self::Parked => "parked",
            Self::Held => "held",
            Self::Running => "running",
        }
    }
}

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|state| state.as_str() == s).ok_or_else(|| UnknownState(s.to_owned()))
    }
}

/// A state that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("unknown state `{0}`: expected ready, delayed, parked, held or running")]
pub struct UnknownState(String);

/// A job that has not ended, without its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whose work it is.
    pub tenant: TenantId,
    /// The job.
    pub id: JobId,
    /// The lane it runs in.
    pub lane: String,
    /// The stable name of its type.
    pub kind: String,
    /// One of [`State`].
    pub state: String,
    /// 0 before 1 before 2, among the jobs of its tenant and kind.
    pub priority: i16,
    /// The key it is held in order by.
    pub key: Option<String>,
    /// The connection whose provider it calls.
    pub connection: Option<Uuid>,
    /// Attempts started so far.
    pub attempts: i32,
    /// When it is due, if it is delayed.
    pub run_at: Option<DateTime<Utc>>,
    /// When it was stored, in database time.
    pub enqueued_at: DateTime<Utc>,
    /// When its present run began, in database time.
    pub claimed_at: Option<DateTime<Utc>>,
    /// The trace it belongs to.
    pub trace_id: Option<String>,
}

/// What a list of jobs is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// Jobs of this lane.
    pub lane: Option<Lane>,
    /// Jobs of this kind.
    pub kind: Option<&'a str>,
    /// Jobs in this state.
    pub state: Option<State>,
    /// Jobs of this key.
    pub key: Option<&'a str>,
    /// Jobs that call the provider of this connection.
    pub connection: Option<ConnectionId>,
}

/// A job that was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled {
    /// The job.
    pub id: JobId,
    /// It runs, and its worker is asked to interrupt it. Otherwise it is gone.
    pub running: bool,
}

/// A page of the tenant's unfinished jobs, the oldest first. `after` is the end of the last page.
pub async fn list(
    conn: &mut PgConnection,
    tenant: TenantId,
    filter: Filter<'_>,
    after: Option<JobId>,
    limit: u32,
) -> sqlx::Result<Vec<Waiting>> {
    sqlx::query_as!(
        Waiting,
        r#"
        SELECT tenant_id AS tenant, id, lane, kind, queue.state_of(run_token, aside, run_at) AS "state!", priority, key,
            connection_id AS connection, attempts, nullif(run_at, '-infinity') AS run_at, enqueued_at, claimed_at,
            trace_id
        FROM queue.jobs
        WHERE tenant_id = $1 AND ($2::text IS NULL OR lane = $2) AND ($3::text IS NULL OR kind = $3)
            AND ($4::text IS NULL OR queue.state_of(run_token, aside, run_at) = $4)
            AND ($5::text IS NULL OR key = $5) AND ($6::uuid IS NULL OR connection_id = $6)
            AND ($7::bigint IS NULL OR id > $7)
        ORDER BY id LIMIT $8
        "#,
        tenant.0,
        filter.lane.map(Lane::as_str),
        filter.kind,
        filter.state.map(State::as_str),
        filter.key,
        filter.connection.map(|id| id.0),
        after.map(|id| id.0),
        i64::from(limit),
    )
    .fetch_all(conn)
    .await
}

/// One unfinished job of the tenant, with its arguments. What its attempts said, `dead_letters::attempts` tells.
pub async fn get(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: JobId,
) -> sqlx::Result<Option<(Waiting, serde_json::Value)>> {
    let row = sqlx::query!(
        r#"
        SELECT id, lane, kind, queue.state_of(run_token, aside, run_at) AS "state!", priority, key, connection_id,
            attempts, nullif(run_at, '-infinity') AS run_at, enqueued_at, claimed_at, trace_id, args
        FROM queue.jobs WHERE tenant_id = $1 AND id = $2
        "#,
        tenant.0,
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let job = Waiting {
            tenant,
            id: JobId(row.id),
            lane: row.lane,
            kind: row.kind,
            state: row.state,
            priority: row.priority,
            key: row.key,
            connection: row.connection_id,
            attempts: row.attempts,
            run_at: row.run_at,
            enqueued_at: row.enqueued_at,
            claimed_at: row.claimed_at,
            trace_id: row.trace_id,
        };
        (job, row.args)
    }))
}

/// Cancels jobs of the tenant: those that wait are gone, those that run are interrupted by their workers. Returns those
/// that there were. After the commit, all lanes are to be woken: the next job of a key may be of any.
///
/// `reason` stands in the job's last attempt.
pub async fn cancel(
    conn: &mut PgConnection,
    tenant: TenantId,
    ids: &[JobId],
    reason: &str,
) -> sqlx::Result<Vec<Cancelled>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"SELECT id AS "id!", running AS "running!" FROM queue.cancel($1, $2, $3)"#,
        tenant.0,
        &ids,
        reason
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| Cancelled { id: JobId(row.id), running: row.running }).collect())
}

/// Makes delayed jobs of the tenant due at once. Returns those that were delayed and their lanes, which are to be woken
/// after the commit.
pub async fn hurry(conn: &mut PgConnection, tenant: TenantId, ids: &[JobId]) -> sqlx::Result<Vec<(JobId, Lane)>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(r#"SELECT id AS "id!", lane AS "lane!" FROM queue.hurry($1, $2)"#, tenant.0, &ids)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((JobId(row.id), row.lane.parse().ok()?))).collect())
}

/// Which of these are unfinished jobs of the tenant.
pub async fn existing(conn: &mut PgConnection, tenant: TenantId, ids: &[JobId]) -> sqlx::Result<BTreeSet<JobId>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let found = sqlx::query_scalar!("SELECT id FROM queue.jobs WHERE tenant_id = $1 AND id = ANY ($2)", tenant.0, &ids)
        .fetch_all(conn)
        .await?;
    Ok(found.into_iter().map(JobId).collect())
}

impl Queue {
    /// The same list across tenants, or of the one that is named: for the operator.
    pub async fn jobs(
        &self,
        tenant: Option<TenantId>,
        filter: Filter<'_>,
        after: Option<JobId>,
        limit: u32,
    ) -> sqlx::Result<Vec<Waiting>> {
        sqlx::query_as!(
            Waiting,
            r#"
            SELECT tenant_id AS "tenant!", id AS "id!", lane AS "lane!", kind AS "kind!", state AS "state!",
                priority AS "priority!", key, connection_id AS connection, attempts AS "attempts!", run_at,
                enqueued_at AS "enqueued_at!", claimed_at, trace_id
            FROM queue.list_jobs($1, $2, $3, $4, $5, $6, $7, $8)
            "#,
            tenant.map(|id| id.0),
            filter.lane.map(Lane::as_str),
            filter.kind,
            filter.state.map(State::as_str),
            filter.key,
            filter.connection.map(|id| id.0),
            after.map(|id| id.0),
            i32::try_from(limit).unwrap_or(i32::MAX),
        )
        .fetch_all(&self.pool)
        .await
    }
}
