//! Jobs that were given up.

pub mod discard;
pub mod edit;
pub mod get;
pub mod list;
pub mod many;
pub mod replay;

use chrono::{DateTime, Utc};
use queue::{JobId, dead_letters::DeadLetter};
use serde::Serialize;

/// A job that was given up.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = DeadLetter)]
pub struct ShownLetter {
    /// The job that was given up; a replay is a new one.
    #[schema(value_type = i64)]
    id: JobId,
    /// `live`, `automation`, `notify`, `timers` or `bulk`.
    lane: String,
    /// What it does, such as `send-message`.
    kind: String,
    /// Jobs of one key run one after another.
    key: Option<String>,
    /// The connection whose provider it called.
    connection_id: Option<uuid::Uuid>,
    /// How many attempts were made.
    attempts: i32,
    /// What the last one said.
    error: String,
    /// The trace it belongs to.
    trace_id: Option<String>,
    /// When it was stored.
    enqueued_at: DateTime<Utc>,
    /// When it was given up.
    died_at: DateTime<Utc>,
}

impl From<DeadLetter> for ShownLetter {
    fn from(row: DeadLetter) -> Self {
        Self {
            id: row.id,
            lane: row.lane,
            kind: row.kind,
            key: row.key,
            connection_id: row.connection,
            attempts: row.attempts,
            error: row.error,
            trace_id: row.trace_id,
            enqueued_at: row.enqueued_at,
            died_at: row.died_at,
        }
    }
}
