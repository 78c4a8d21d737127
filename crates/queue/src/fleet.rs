//! For the operator: who runs jobs, whose a job is, and a word to the workers that is heard before this process ends.

use crate::{JobId, Queue, WorkerId, wake};
use chrono::{DateTime, Utc};
use domain::{TenantId, job::Lane};
use sqlx::types::Json;
use std::collections::BTreeMap;

/// A process that runs jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Which.
    pub id: WorkerId,
    /// How it calls itself: host and process.
    pub name: String,
    /// Its lanes, with how many jobs of each it runs at once.
    pub lanes: BTreeMap<String, usize>,
    /// The kinds of jobs that it has a handler for.
    pub kinds: Vec<String>,
    /// Since when, in database time.
    pub started_at: DateTime<Utc>,
    /// Whether its lease runs. Otherwise it is dead or cut off, and its jobs are about to run elsewhere.
    pub alive: bool,
}

impl Queue {
    /// Every process that runs jobs, also those that have just died.
    pub async fn workers(&self) -> sqlx::Result<Vec<Worker>> {
        let rows = sqlx::query!(
            r#"
            SELECT id AS "id!", name AS "name!", lanes AS "lanes!: Json<BTreeMap<String, usize>>", kinds AS "kinds!",
                started_at AS "started_at!", alive AS "alive!"
            FROM queue.current_workers()
            "#
        )
        .fetch_all(&self.pool)
        .await?;
        let worker = rows.into_iter().map(|row| Worker {
            id: WorkerId(row.id),
            name: row.name,
            lanes: row.lanes.0,
            kinds: row.kinds,
            started_at: row.started_at,
            alive: row.alive,
        });
        Ok(worker.collect())
    }

    /// Whose these jobs and dead letters are. Those that there are not are missing.
    pub async fn owners(&self, ids: &[JobId]) -> sqlx::Result<BTreeMap<JobId, TenantId>> {
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let rows = sqlx::query!(r#"SELECT tenant_id AS "tenant!", id AS "id!" FROM queue.whose($1)"#, &ids)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.into_iter().map(|row| (JobId(row.id), TenantId(row.tenant))).collect())
    }

    /// The tenants that have dead letters.
    pub async fn tenants_with_dead_letters(&self) -> sqlx::Result<Vec<TenantId>> {
        let tenants = sqlx::query_scalar!(r#"SELECT queue.tenants_with_dead_letters() AS "tenant!""#)
            .fetch_all(&self.pool)
            .await?;
        Ok(tenants.into_iter().map(TenantId).collect())
    }

    /// Tells all workers that the lanes have work, and returns when it is said. For a process that ends at once:
    /// [`Queue::wake`] says it a moment later.
    pub async fn announce(&self, lanes: &[Lane]) -> sqlx::Result<()> {
        let names: Vec<_> = lanes.iter().map(|lane| lane.as_str()).collect();
        // No process has an empty origin: everybody listens.
        wake::tell(&self.pool, &format!(":{}", names.join(","))).await
    }
}
