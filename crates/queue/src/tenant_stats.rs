//! What a tenant sees of its own queue, in figures.

use chrono::{DateTime, Utc};
use domain::TenantId;
use sqlx::PgConnection;

/// How many of a tenant's jobs are counted, the oldest first, so that a deep queue does not make its own figures slow.
pub const MAX_COUNTED: i64 = 100_000;

/// How many jobs of a tenant are in one state in one lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The lane.
    pub lane: String,
    /// One of [`crate::jobs::State`], or `dead` for dead letters.
    pub state: String,
    /// How many.
    pub count: i64,
    /// When the oldest of them was stored, in database time.
    pub oldest: DateTime<Utc>,
}

/// Counts the jobs and the dead letters of the tenant, at most [`MAX_COUNTED`] of each. Also the database's time, by
/// which ages are told.
pub async fn count(conn: &mut PgConnection, tenant: TenantId) -> sqlx::Result<(Vec<Counted>, DateTime<Utc>)> {
    let counts = sqlx::query_as!(
        Counted,
        r#"
        SELECT j.lane AS "lane!", j.state AS "state!", count(*) AS "count!", min(j.enqueued_at) AS "oldest!"
        FROM (SELECT lane, queue.state_of(run_token, aside, run_at) AS state, enqueued_at FROM queue.jobs
              WHERE tenant_id = $1 ORDER BY id LIMIT $2) j
        GROUP BY j.lane, j.state
        UNION ALL
        SELECT d.lane, 'dead', count(*), min(d.enqueued_at)
        FROM (SELECT lane, enqueued_at FROM queue.dead_letters WHERE tenant_id = $1 ORDER BY id LIMIT $2) d
        GROUP BY d.lane
        "#,
        tenant.0,
        MAX_COUNTED,
    )
    .fetch_all(&mut *conn)
    .await?;
    let now = sqlx::query_scalar!(r#"SELECT clock_timestamp() AS "now!""#).fetch_one(conn).await?;
    Ok((counts, now))
}
