//! A process as a worker that the queue knows, with one lease for everything it runs.

use crate::{WorkerId, interval};
use domain::job::Lane;
use sqlx::PgPool;
use std::{collections::BTreeMap, time::Duration};
use tokio::sync::watch;

/// Who this process is to the queue: changes when it was given up and comes back.
pub(crate) type Registration = watch::Receiver<Option<WorkerId>>;

/// Makes this process a worker, with its first lease.
pub(crate) async fn register(
    pool: &PgPool,
    name: &str,
    lanes: &BTreeMap<Lane, usize>,
    kinds: &[String],
    lease: Duration,
) -> sqlx::Result<WorkerId> {
    let lanes: serde_json::Map<_, _> =
        lanes.iter().map(|(lane, &places)| (lane.as_str().to_owned(), places.into())).collect();
    let id = sqlx::query_scalar!(
        r#"SELECT queue.register($1, $2, $3, $4) AS "id!""#,
        name,
        serde_json::Value::from(lanes),
        kinds,
        interval(lease),
    )
    .fetch_one(pool)
    .await?;
    Ok(WorkerId(id))
}

/// Extends the lease. `false`: the worker was given up, and with it everything it ran.
pub(crate) async fn extend(pool: &PgPool, worker: WorkerId, lease: Duration) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"SELECT queue.heartbeat($1, $2) AS "alive!""#, worker.0, interval(lease))
        .fetch_one(pool)
        .await
}

/// Ends the lease. `clean`: nothing is left that another worker would have to rescue.
pub(crate) async fn retire(pool: &PgPool, worker: WorkerId, clean: bool) -> sqlx::Result<()> {
    sqlx::query!("SELECT queue.retire($1, $2)", worker.0, clean).execute(pool).await?;
    Ok(())
}
