//! The tenant's part of the job queue: what waits, what runs, what was given up, and what is paused.
//!
//! What concerns everyone and other tenants are the operator's, who works with `signalbox queue` on the command line.

pub mod dead_letters;
pub mod history;
pub mod jobs;
pub mod pauses;
pub mod schedules;
pub mod stats;
pub mod workers;

use crate::{
    auth::{Administration, Record},
    problem::Problem,
    request::paging::unknown,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use domain::event::EventKind;
use queue::{JobId, dead_letters::Attempt};
use serde::Serialize;
use serde_json::{Value, json};

/// An attempt that did not succeed.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = JobAttempt)]
pub struct ShownAttempt {
    /// Which attempt it was, counted from 1; a replay counts anew.
    attempt: i32,
    /// `retry`, `dead`, `cancelled`, or `lost` when its worker died.
    outcome: String,
    /// What it said.
    error: Option<String>,
    /// How long it ran.
    duration_ms: Option<i64>,
    /// When it ended.
    ended_at: DateTime<Utc>,
}

impl From<Attempt> for ShownAttempt {
    fn from(row: Attempt) -> Self {
        Self {
            attempt: row.attempt,
            outcome: row.outcome,
            error: row.error,
            duration_ms: row.duration_ms,
            ended_at: row.ended_at,
        }
    }
}

/// Commits that somebody stepped into the queue, and says so in the event log and in the audit log: what was done, as in
/// `queue.job_cancelled`, and to what.
async fn commit(mut change: Administration, action: &'static str, about: Value) -> Result<(), Problem> {
    let mut event = about.clone();
    event["action"] = json!(action.trim_start_matches("queue."));
    change.emit_apart(EventKind::QueueChanged, None, event);
    change.commit(Record::new(action).after(about)).await
}

/// What the database refused, in the words of the others.
pub fn failed(error: sqlx::Error) -> Problem {
    store::Error::from(error).into()
}

/// A cursor that names a job by its number.
fn cursor(id: JobId) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(id.0.to_be_bytes())
}

/// The number in such a cursor.
fn id_of(cursor: Option<&str>) -> Result<Option<JobId>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    bytes.map(|bytes| Some(JobId(i64::from_be_bytes(bytes)))).ok_or_else(unknown)
}

/// A cursor that names a dead letter by the time of its death and its number.
fn cursor_in_time(at: DateTime<Utc>, id: JobId) -> String {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&at.timestamp_micros().to_be_bytes());
    bytes[8..].copy_from_slice(&id.0.to_be_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The time and the number in such a cursor.
fn time_of(cursor: Option<&str>) -> Result<Option<(DateTime<Utc>, JobId)>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let read = || {
        let bytes: [u8; 16] = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
        let (at, id) = bytes.split_first_chunk::<8>()?;
        let at = DateTime::from_timestamp_micros(i64::from_be_bytes(*at))?;
        Some((at, JobId(i64::from_be_bytes(id.try_into().ok()?))))
    };
    read().map(Some).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_as_they_went() {
        let at = DateTime::from_timestamp_micros(1_750_000_000_123_456).unwrap();
        assert_eq!(id_of(Some(&cursor(JobId(7)))).unwrap(), Some(JobId(7)));
        assert_eq!(time_of(Some(&cursor_in_time(at, JobId(7)))).unwrap(), Some((at, JobId(7))));
        assert!(id_of(Some("???")).is_err());
        assert!(time_of(Some(&cursor(JobId(7)))).is_err());
    }
}
