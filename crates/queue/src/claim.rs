//! Taking jobs for this process.

use crate::{JobId, RunToken, interval};
use chrono::{DateTime, Utc};
use domain::{TenantId, job::Lane};
use serde_json::value::RawValue;
use sqlx::{PgPool, types::Json};
use std::time::Duration;

/// Which run of which job: what every later word about it must carry.
#[derive(Clone, Copy, Debug)]
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
    pub(crate) trace_id: Option<String>,
    pub(crate) enqueued_at: DateTime<Utc>,
}

/// What a claim brought.
#[derive(Debug, Default)]
pub(crate) struct Claim {
    /// The jobs, the oldest first.
    pub(crate) jobs: Vec<Claimed>,
    /// When the lane's next delayed job is due.
    pub(crate) next_run_at: Option<DateTime<Utc>>,
    /// The claim met jobs whose key is busy and set them aside; behind them there may be others.
    pub(crate) ask_again: bool,
}

/// What to claim.
pub(crate) struct ClaimRequest<'a> {
    pub(crate) lane: Lane,
    pub(crate) kinds: &'a [String],
    pub(crate) limit: usize,
    pub(crate) now: DateTime<Utc>,
    pub(crate) lease: Duration,
}

impl ClaimRequest<'_> {
    /// Claims in one statement that is its own transaction.
    pub(crate) async fn send(&self, pool: &PgPool) -> sqlx::Result<Claim> {
        let rows = sqlx::query!(
            r#"
            SELECT tenant_id, id, kind, args AS "args: Json<Box<RawValue>>", attempt, run_token, trace_id, enqueued_at,
                next_run_at, ask_again
            FROM queue.claim($1, $2, $3, $4, $5)
            "#,
            self.lane.as_str(),
            self.kinds,
            i32::try_from(self.limit).unwrap_or(i32::MAX),
            self.now,
            interval(self.lease),
        )
        .fetch_all(pool)
        .await?;

        let mut claim = Claim::default();
        for row in rows {
            // A function's columns have no NOT NULL: a row has all of a job, or is the last and has none.
            let (Some(tenant), Some(id), Some(token), Some(kind), Some(args), Some(attempt), Some(enqueued_at)) =
                (row.tenant_id, row.id, row.run_token, row.kind, row.args, row.attempt, row.enqueued_at)
            else {
                claim.next_run_at = row.next_run_at;
                claim.ask_again = row.ask_again.unwrap_or(false);
                continue;
            };
            claim.jobs.push(Claimed {
                run: JobRun { tenant: TenantId(tenant), id: JobId(id), token: RunToken(token) },
                kind,
                args: args.0,
                attempt: u32::try_from(attempt).expect("the column is not negative"),
                trace_id: row.trace_id,
                enqueued_at,
            });
        }
        Ok(claim)
    }
}
