//! Taking jobs for this process.

use crate::{JobId, RunToken, WorkerId, scan::Look};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, TenantId, job::Lane};
use serde_json::value::RawValue;
use sqlx::{PgPool, types::Json};
use std::time::Duration;
use uuid::Uuid;

/// What `queue.claim` says to a worker that is not registered, or was given up.
const UNKNOWN_WORKER: &str = "SB001";

/// Which run of which job: what every later word about it must carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct JobRun {
    pub(crate) tenant: TenantId,
    pub(crate) id: JobId,
    pub(crate) token: RunToken,
}

/// A job that this process may run.
#[derive(Debug)]
pub(crate) struct Claimed {
    pub(crate) run: JobRun,
    pub(crate) kind: String,
    pub(crate) args: Box<RawValue>,
    pub(crate) attempt: u32,
    /// Whether the rate limiter has given it its turn now.
    pub(crate) ticket: bool,
    pub(crate) trace_id: Option<String>,
    pub(crate) enqueued_at: DateTime<Utc>,
    /// The time for which it was stored, if it was.
    pub(crate) run_at: Option<DateTime<Utc>>,
    pub(crate) connection: Option<ConnectionId>,
    /// Whether it came from the line, and not back from somewhere.
    pub(crate) in_line: bool,
}

impl Claimed {
    /// How long the job has waited at `now`: from the enqueueing, or from the time for which it was scheduled. Told of its
    /// first attempt.
    pub(crate) fn waited(&self, now: DateTime<Utc>) -> Option<Duration> {
        let due = self.run_at.map_or(self.enqueued_at, |run_at| run_at.max(self.enqueued_at));
        // The clock of this process may be a little behind the database's.
        (self.attempt == 1).then(|| (now - due).to_std().unwrap_or_default())
    }
}

/// What a claim brought.
#[derive(Debug, Default)]
pub(crate) struct Claim {
    /// The jobs, the oldest first.
    pub(crate) jobs: Vec<Claimed>,
    /// When the lane's next delayed job is due.
    pub(crate) next_run_at: Option<DateTime<Utc>>,
    /// There is more that the claim did not look at, or it met jobs that had to be set aside.
    pub(crate) ask_again: bool,
    /// The tenant after which the next claim goes on, if this one did not get round.
    pub(crate) after_tenant: Option<Uuid>,
}

/// What to claim.
pub(crate) struct ClaimRequest<'a> {
    pub(crate) worker: WorkerId,
    pub(crate) token: RunToken,
    pub(crate) lane: Lane,
    pub(crate) kinds: &'a [String],
    pub(crate) limit: usize,
    pub(crate) now: DateTime<Utc>,
    pub(crate) look: &'a Look,
}

impl ClaimRequest<'_> {
    /// Claims in one statement that is its own transaction.
    pub(crate) async fn send(&self, pool: &PgPool) -> sqlx::Result<Claim> {
        let rows = sqlx::query!(
            r#"
            SELECT tenant_id, id, kind, args AS "args: Json<Box<RawValue>>", attempt, ticket, trace_id, enqueued_at,
                connection_id, in_line, next_run_at, ask_again, after_tenant
            FROM queue.claim($1, $2, $3, $4, $5, $6, $7, $8, $9)
            "#,
            self.worker.0,
            self.token.0,
            self.lane.as_str(),
            self.kinds,
            i32::try_from(self.limit).unwrap_or(i32::MAX),
            self.now,
            self.look.after,
            self.look.tenants.as_deref(),
            self.look.floor,
        )
        .fetch_all(pool)
        .await?;

        let mut claim = Claim::default();
        for row in rows {
            // A function's columns have no NOT NULL: a row has all of a job, or is the last and has none.
            let (Some(tenant), Some(id), Some(kind), Some(args), Some(attempt), Some(enqueued_at)) =
                (row.tenant_id, row.id, row.kind, row.args, row.attempt, row.enqueued_at)
            else {
                claim.next_run_at = row.next_run_at;
                claim.ask_again = row.ask_again.unwrap_or(false);
                claim.after_tenant = row.after_tenant;
                continue;
            };
            claim.jobs.push(Claimed {
                run: JobRun { tenant: TenantId(tenant), id: JobId(id), token: self.token },
                kind,
                args: args.0,
                attempt: u32::try_from(attempt).expect("the column is not negative"),
                ticket: row.ticket.unwrap_or(false),
                trace_id: row.trace_id,
                enqueued_at,
                run_at: row.next_run_at,
                connection: row.connection_id.map(ConnectionId),
                in_line: row.in_line.unwrap_or(false),
            });
        }
        Ok(claim)
    }
}

/// Whether the database refused because it does not know the worker any more.
pub(crate) fn is_unknown_worker(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.code().as_deref() == Some(UNKNOWN_WORKER))
}
