//! Jobs that have not ended.

pub mod cancel;
pub mod get;
pub mod list;
pub mod many;
pub mod retry;

use chrono::{DateTime, Utc};
use queue::{JobId, jobs::Waiting};
use serde::Serialize;

/// A job that has not ended.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Job)]
pub struct ShownJob {
    /// Which. Numbers are handed out in the order of enqueueing.
    #[schema(value_type = i64)]
    id: JobId,
    /// `live`, `automation`, `notify`, `timers` or `bulk`.
    lane: String,
    /// What it does, such as `send-message`.
    kind: String,
    /// `ready`, `delayed` until a time, `parked` behind another job of its key, `held` back, or `running`.
    state: String,
    /// Among the jobs of its kind, 0 comes before 1 before 2.
    priority: i16,
    /// Jobs of one key run one after another.
    key: Option<String>,
    /// The connection whose provider it calls.
    connection_id: Option<uuid::Uuid>,
    /// How many attempts have begun.
    attempts: i32,
    /// When it is due, if it is delayed.
    run_at: Option<DateTime<Utc>>,
    /// When it was stored.
    enqueued_at: DateTime<Utc>,
    /// When its present run began.
    started_at: Option<DateTime<Utc>>,
    /// The trace it belongs to.
    trace_id: Option<String>,
}

impl From<Waiting> for ShownJob {
    fn from(row: Waiting) -> Self {
        Self {
            id: row.id,
            lane: row.lane,
            kind: row.kind,
            state: row.state,
            priority: row.priority,
            key: row.key,
            connection_id: row.connection,
            attempts: row.attempts,
            run_at: row.run_at,
            enqueued_at: row.enqueued_at,
            started_at: row.claimed_at,
            trace_id: row.trace_id,
        }
    }
}
