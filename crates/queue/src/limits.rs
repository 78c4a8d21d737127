//! Rate limits as data, kept by the whole fleet together.
//!
//! Who asks for a turn gets one: now, or at a later time that is then its own. A job that has to wait leaves its worker
//! until that time and does not ask again, so nobody asks in vain, however many wait.

use crate::{JobContext, JobError, interval};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, postgres::types::PgInterval};
use std::time::Duration;

/// A bucket of tokens: one comes in every so often, and so many fit in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Which bucket, among those of the tenant. It may be stored as it is: no personal data.
    pub name: String,
    /// The time after which another token comes in.
    pub every: Duration,
    /// How many turns may follow each other without a pause after a quiet time; at least 1.
    pub burst: u32,
}

impl JobContext {
    /// Takes this job's turn in every one of the buckets.
    ///
    /// `None`: it is now. `Some`: the job has to wait until then; commit the transaction, which keeps the turn for the
    /// job, and end the run with [`JobError::Turn`]. The run at that time is not asked to wait again.
    ///
    /// The transaction must be in the context of the job's tenant; it holds the buckets until it ends.
    pub async fn turn(
        &self,
        conn: &mut PgConnection,
        limits: &[Limit],
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, JobError> {
        if self.has_its_turn || limits.is_empty() {
            return Ok(None);
        }
        let names: Vec<_> = limits.iter().map(|limit| limit.name.clone()).collect();
        let every: Vec<PgInterval> = limits.iter().map(|limit| interval(limit.every)).collect();
        let bursts: Vec<_> = limits.iter().map(|limit| i32::try_from(limit.burst.max(1)).unwrap_or(i32::MAX)).collect();
        let turn =
            sqlx::query_scalar!(r#"SELECT queue.take_turn($1, $2, $3, $4) AS "turn!""#, &names, &every, &bursts, now)
                .fetch_one(conn)
                .await?;
        Ok((turn > now).then_some(turn))
    }
}
