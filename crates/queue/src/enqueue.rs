//! Storing jobs in the caller's transaction: the row and its job commit together or not at all.

use crate::JobId;
use chrono::{DateTime, Utc};
use domain::job::Job;
use sqlx::{PgConnection, types::Json};

/// What an enqueue did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// The job is stored, if the transaction commits.
    Job(JobId),
    /// A job of this kind has the same idempotency key, or had it not long ago: nothing was stored.
    Duplicate,
}

/// What an enqueue may say beyond the job itself.
#[derive(Clone, Debug, Default)]
pub struct EnqueueOptions {
    /// Not before this time, to the millisecond; `None` is at once. A keyed job joins the line of
    /// its key when it is due.
    pub run_at: Option<DateTime<Utc>>,
    /// The trace this job belongs to (a W3C `traceparent` or its 32 hex digits), given on to what
    /// the job enqueues.
    pub trace_id: Option<String>,
}

/// Why a job could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum EnqueueError {
    /// The arguments are not expressible in JSON.
    #[error("the arguments of a `{kind}` job cannot be written as JSON")]
    Arguments {
        /// The job's kind.
        kind: &'static str,
        /// What the serializer said.
        #[source]
        source: serde_json::Error,
    },
    /// The database refused, for example because the transaction is not in the tenant's context.
    #[error("the job could not be stored")]
    Database(#[from] sqlx::Error),
}

/// Stores a job that runs as soon as the transaction has committed.
///
/// The transaction must be in the context of the job's tenant. Call [`Queue::wake`](crate::Queue::wake)
/// with the job's lane after the commit; without it the job starts at the next poll.
pub async fn enqueue<J: Job>(conn: &mut PgConnection, job: &J) -> Result<Enqueued, EnqueueError> {
    enqueue_with(conn, job, &EnqueueOptions::default()).await
}

/// Stores a job that runs at `run_at` or soon after, never before.
pub async fn enqueue_at<J: Job>(
    conn: &mut PgConnection,
    job: &J,
    run_at: DateTime<Utc>,
) -> Result<Enqueued, EnqueueError> {
    enqueue_with(conn, job, &EnqueueOptions { run_at: Some(run_at), ..EnqueueOptions::default() }).await
}

/// Stores a job with everything there is to say.
pub async fn enqueue_with<J: Job>(
    conn: &mut PgConnection,
    job: &J,
    options: &EnqueueOptions,
) -> Result<Enqueued, EnqueueError> {
    let stored = enqueue_many(conn, std::slice::from_ref(job), options).await?;
    Ok(stored[0])
}

/// Stores many jobs of one kind in one statement, in their order. The answers are in the same order.
pub async fn enqueue_many<J: Job>(
    conn: &mut PgConnection,
    jobs: &[J],
    options: &EnqueueOptions,
) -> Result<Vec<Enqueued>, EnqueueError> {
    let tenants: Vec<_> = jobs.iter().map(|job| job.tenant().0).collect();
    let keys: Vec<_> = jobs.iter().map(Job::key).collect();
    let idempotency_keys: Vec<_> = jobs.iter().map(Job::idempotency_key).collect();
    let args = jobs
        .iter()
        .map(|job| serde_json::to_value(job).map(Json))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| EnqueueError::Arguments { kind: J::KIND, source })?;

    let stored = sqlx::query!(
        r#"
        SELECT p.ordinal AS "ordinal!", p.id AS "id!" FROM queue.push((
            SELECT array_agg(ROW(j.tenant_id, $1::text, $2::text, j.args, j.key, j.idempotency_key,
                $3::timestamptz, $4::text)::queue.new_job ORDER BY j.n)
            FROM unnest($5::uuid[], $6::jsonb[], $7::text[], $8::text[]) WITH ORDINALITY
                AS j (tenant_id, args, key, idempotency_key, n))) p
        "#,
        J::LANE.as_str(),
        J::KIND,
        options.run_at,
        options.trace_id.as_deref(),
        &tenants,
        &args as _,
        &keys as _,
        &idempotency_keys as _,
    )
    .fetch_all(conn)
    .await?;

    let mut answers = vec![Enqueued::Duplicate; jobs.len()];
    for row in stored {
        let place = usize::try_from(row.ordinal - 1).expect("ordinals count from 1");
        answers[place] = Enqueued::Job(JobId(row.id));
    }
    Ok(answers)
}
