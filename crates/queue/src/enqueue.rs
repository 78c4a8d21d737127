//! Storing jobs in the caller's transaction: the row and its job commit together or not at all.

use crate::JobId;
use chrono::{DateTime, Utc};
use domain::job::Job;
use serde_json::value::RawValue;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

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
    if job.idempotency_key().is_some() {
        return Ok(enqueue_many(conn, std::slice::from_ref(job), options).await?[0]);
    }
    // Nearly every job: as plain as an insert can be.
    let id = sqlx::query_scalar!(
        r#"
        INSERT INTO queue.jobs (tenant_id, lane, kind, args, key, run_at, trace_id, priority, connection_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
        "#,
        job.tenant().0,
        J::LANE.as_str(),
        J::KIND,
        Json(arguments(job)?) as _,
        job.key(),
        options.run_at,
        options.trace_id,
        job.priority().rank(),
        job.connection().map(|connection| connection.0),
    )
    .fetch_one(conn)
    .await?;
    Ok(Enqueued::Job(JobId(id)))
}

/// Stores many jobs of one kind in one statement, in their order. The answers are in the same order.
pub async fn enqueue_many<J: Job>(
    conn: &mut PgConnection,
    jobs: &[J],
    options: &EnqueueOptions,
) -> Result<Vec<Enqueued>, EnqueueError> {
    let columns = Columns::of(jobs)?;
    if columns.idempotency_keys.iter().any(Option::is_some) {
        columns.push::<J>(conn, options).await
    } else {
        columns.insert::<J>(conn, options).await
    }
}

fn arguments<J: Job>(job: &J) -> Result<Box<RawValue>, EnqueueError> {
    serde_json::value::to_raw_value(job).map_err(|source| EnqueueError::Arguments { kind: J::KIND, source })
}

/// Jobs of one kind, as the database takes them.
struct Columns {
    tenants: Vec<Uuid>,
    args: Vec<Json<Box<RawValue>>>,
    keys: Vec<Option<String>>,
    idempotency_keys: Vec<Option<String>>,
    priorities: Vec<i16>,
    connections: Vec<Option<Uuid>>,
}

impl Columns {
    fn of<J: Job>(jobs: &[J]) -> Result<Self, EnqueueError> {
        Ok(Self {
            tenants: jobs.iter().map(|job| job.tenant().0).collect(),
            args: jobs.iter().map(|job| arguments(job).map(Json)).collect::<Result<_, _>>()?,
            keys: jobs.iter().map(Job::key).collect(),
            idempotency_keys: jobs.iter().map(Job::idempotency_key).collect(),
            priorities: jobs.iter().map(|job| job.priority().rank()).collect(),
            connections: jobs.iter().map(|job| job.connection().map(|connection| connection.0)).collect(),
        })
    }

    async fn insert<J: Job>(
        &self,
        conn: &mut PgConnection,
        options: &EnqueueOptions,
    ) -> Result<Vec<Enqueued>, EnqueueError> {
        let ids = sqlx::query_scalar!(
            r#"
            INSERT INTO queue.jobs (tenant_id, lane, kind, args, key, run_at, trace_id, priority, connection_id)
            SELECT j.tenant_id, $1, $2, j.args, j.key, $3, $4, j.priority, j.connection_id
            FROM unnest($5::uuid[], $6::jsonb[], $7::text[], $8::smallint[], $9::uuid[]) WITH ORDINALITY
                AS j (tenant_id, args, key, priority, connection_id, n) ORDER BY j.n
            RETURNING id
            "#,
            J::LANE.as_str(),
            J::KIND,
            options.run_at,
            options.trace_id,
            &self.tenants,
            &self.args as _,
            &self.keys as _,
            &self.priorities,
            &self.connections as _,
        )
        .fetch_all(conn)
        .await?;
        Ok(ids.into_iter().map(|id| Enqueued::Job(JobId(id))).collect())
    }

    /// Skips jobs whose idempotency key is in use.
    async fn push<J: Job>(
        &self,
        conn: &mut PgConnection,
        options: &EnqueueOptions,
    ) -> Result<Vec<Enqueued>, EnqueueError> {
        let stored = sqlx::query!(
            r#"
            SELECT p.ordinal AS "ordinal!", p.id AS "id!" FROM queue.push((
                SELECT array_agg(ROW(j.tenant_id, $1::text, $2::text, j.args, j.key, j.idempotency_key,
                    $3::timestamptz, $4::text, j.priority, j.connection_id)::queue.new_job ORDER BY j.n)
                FROM unnest($5::uuid[], $6::jsonb[], $7::text[], $8::text[], $9::smallint[], $10::uuid[])
                    WITH ORDINALITY AS j (tenant_id, args, key, idempotency_key, priority, connection_id, n))) p
            "#,
            J::LANE.as_str(),
            J::KIND,
            options.run_at,
            options.trace_id,
            &self.tenants,
            &self.args as _,
            &self.keys as _,
            &self.idempotency_keys as _,
            &self.priorities,
            &self.connections as _,
        )
        .fetch_all(conn)
        .await?;

        let mut answers = vec![Enqueued::Duplicate; self.tenants.len()];
        for row in stored {
            let place = usize::try_from(row.ordinal - 1).expect("ordinals count from 1");
            answers[place] = Enqueued::Job(JobId(row.id));
        }
        Ok(answers)
    }
}
