//! The job, and how many of it get into apalis' table.

use anyhow::Context as _;
use apalis::prelude::TaskBuilder;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use std::ops::Range;

/// The name of the queue.
pub const QUEUE: &str = "no-ops";

/// A job that does nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoOp {
    pub n: u64,
}

/// One statement for all of them, which apalis offers for transactions. Its sink takes three round trips.
pub async fn push(conn: &mut PgConnection, numbers: Range<u64>) -> anyhow::Result<()> {
    let tasks = numbers
        .map(|n| Ok(TaskBuilder::new(serde_json::to_vec(&NoOp { n })?).build()))
        .collect::<serde_json::Result<Vec<_>>>()?;
    apalis_postgres::queries::push_tasks(conn, QUEUE, tasks).await.context("pushing tasks")
}

/// As they are left behind by a worker that is gone.
pub async fn retain_finished(pool: &PgPool, count: u64) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    sqlx::query(
        "INSERT INTO apalis.workers (id, worker_type, storage_name, last_seen)
         VALUES ('gone', $1, 'PgStorage', now() - interval '1 day')",
    )
    .bind(QUEUE)
    .execute(&mut *tx)
    .await?;
    // The trigger would notify of each, which the peer has long done for jobs that are finished.
    sqlx::query("ALTER TABLE apalis.jobs DISABLE TRIGGER notify_workers").execute(&mut *tx).await?;
    sqlx::query(
        r#"INSERT INTO apalis.jobs (id, job_type, job, status, attempts, max_attempts, run_at, priority, metadata,
                                    lock_by, lock_at, done_at, last_result)
           SELECT 'finished-' || n, $1, convert_to('{"n":1}', 'UTF8'), 'Done', 1, 25, now() - interval '1 day', 0, '',
                  'gone', now() - interval '1 day', now() - interval '1 day', '{"Ok": null}'
           FROM generate_series(1, $2) AS n"#,
    )
    .bind(QUEUE)
    .bind(i64::try_from(count)?)
    .execute(&mut *tx)
    .await?;
    sqlx::query("ALTER TABLE apalis.jobs ENABLE TRIGGER notify_workers").execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}
