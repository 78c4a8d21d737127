//! What the operator and the metrics see, across tenants.

use crate::{Figures, JobId};
use chrono::{DateTime, Utc};
use domain::{TenantId, job::Lane};
use sqlx::PgPool;

/// Where a count stops, so that a deep queue does not make its own metrics slow.
const MAX_COUNT: i32 = 100_000;

/// The state of a lane. Counts stop at 100,000.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneStats {
    /// The lane.
    pub lane: Lane,
    /// How many of its jobs do what.
    pub figures: Figures,
}

/// A job that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Whose work it is.
    pub tenant: TenantId,
    /// The job.
    pub id: JobId,
    /// The lane it runs in.
    pub lane: String,
    /// The stable name of its type.
    pub kind: String,
    /// `ready`, `delayed`, `parked` behind its key, `held` back, or `running`.
    pub state: String,
    /// Attempts started so far.
    pub attempts: i32,
    /// When it is due, if it is delayed.
    pub run_at: Option<DateTime<Utc>>,
    /// What its last failed attempt said.
    pub last_error: Option<String>,
}

/// A dead letter, as far as it is not the tenant's own business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterSummary {
    /// Whose work it was.
    pub tenant: TenantId,
    /// The job.
    pub id: JobId,
    /// The lane it ran in.
    pub lane: String,
    /// The stable name of its type.
    pub kind: String,
    /// Attempts made.
    pub attempts: i32,
    /// When it was given up, in database time.
    pub died_at: DateTime<Utc>,
    /// What the last attempt said.
    pub error: String,
}

pub(crate) async fn lanes(pool: &PgPool) -> sqlx::Result<Vec<LaneStats>> {
    let rows = sqlx::query!(
        r#"
        SELECT lane AS "lane!", ready AS "ready!", delayed AS "delayed!", parked AS "parked!", held AS "held!", running AS "running!",
            dead_letters AS "dead_letters!", oldest_seconds AS "oldest_seconds!"
        FROM queue.stats($1)
        "#,
        MAX_COUNT
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            // A lane that this version does not know is a newer version's business.
            let lane = row.lane.parse().ok()?;
            let figures = Figures {
                ready: row.ready,
                delayed: row.delayed,
                parked: row.parked,
                held: row.held,
                running: row.running,
                dead_letters: row.dead_letters,
                oldest_seconds: row.oldest_seconds,
            };
            Some(LaneStats { lane, figures })
        })
        .collect())
}

pub(crate) async fn unfinished(pool: &PgPool, limit: u32) -> sqlx::Result<Vec<Unfinished>> {
    sqlx::query_as!(
        Unfinished,
        r#"
        SELECT tenant_id AS "tenant!", id AS "id!", lane AS "lane!", kind AS "kind!", state AS "state!",
            attempts AS "attempts!", run_at, last_error
        FROM queue.unfinished($1)
        "#,
        i32::try_from(limit).unwrap_or(i32::MAX)
    )
    .fetch_all(pool)
    .await
}

pub(crate) async fn newest_dead_letters(pool: &PgPool, limit: u32) -> sqlx::Result<Vec<DeadLetterSummary>> {
    sqlx::query_as!(
        DeadLetterSummary,
        r#"
        SELECT tenant_id AS "tenant!", id AS "id!", lane AS "lane!", kind AS "kind!", attempts AS "attempts!",
            died_at AS "died_at!", error AS "error!"
        FROM queue.newest_dead_letters($1)
        "#,
        i32::try_from(limit).unwrap_or(i32::MAX)
    )
    .fetch_all(pool)
    .await
}
