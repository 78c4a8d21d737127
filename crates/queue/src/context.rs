//! What a handler is told about the run it is.

use crate::{JobError, JobId, RunToken};
use chrono::{DateTime, Utc};
use domain::{ConnectionId, TenantId};
use sqlx::PgConnection;

/// One run of a job, as its handler sees it.
#[derive(Clone, Debug)]
pub struct JobContext {
    /// The job.
    pub id: JobId,
    /// Whose work this is.
    pub tenant: TenantId,
    /// The stable name of the job's type.
    pub kind: &'static str,
    /// This attempt, counted from 1.
    pub attempt: u32,
    /// Whether a failure of this attempt makes the job a dead letter.
    pub last_attempt: bool,
    /// This run, and no other of the same job.
    pub run_token: RunToken,
    /// Whether the rate limiter has given the job its turn now, so that it must not ask again.
    pub has_its_turn: bool,
    /// The connection whose provider the job calls.
    pub connection: Option<ConnectionId>,
    /// The trace the job belongs to; give it on to what you enqueue and call.
    pub trace_id: Option<String>,
    /// When the job was stored, in database time.
    pub enqueued_at: DateTime<Utc>,
}

/// Why a run may not go on.
#[derive(Debug, thiserror::Error)]
pub enum FenceError {
    /// The lease ran out and the job belongs to another run, or has ended.
    #[error("this run has lost its lease")]
    LeaseLost,
    /// The question could not be asked.
    #[error("the lease could not be checked")]
    Database(#[from] sqlx::Error),
}

impl From<FenceError> for JobError {
    fn from(error: FenceError) -> Self {
        Self::retry(error)
    }
}

impl JobContext {
    /// Makes sure that this run still owns its job, and keeps it so until the transaction ends.
    ///
    /// What the transaction commits together with this is committed by one run at most: a worker that
    /// was stalled past its lease gets [`FenceError::LeaseLost`], and while the transaction is open no
    /// other worker can take the job over. Keep such transactions short; no calls to the outside.
    pub async fn fence(&self, conn: &mut PgConnection) -> Result<(), FenceError> {
        let owned = sqlx::query_scalar!(
            r#"SELECT queue.fence($1, $2, $3) AS "owned!""#,
            self.tenant.0,
            self.id.0,
            self.run_token.0
        )
        .fetch_one(conn)
        .await?;
        if owned { Ok(()) } else { Err(FenceError::LeaseLost) }
    }
}
