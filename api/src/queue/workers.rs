//! `GET /api/v1/queue/workers`

use super::failed;
use crate::{auth::Caller, problem::Problem, state::Api};
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::role::Permission;
use queue::{Worker, WorkerId};
use serde::Serialize;
use std::collections::BTreeMap;

/// A process that runs jobs. It runs those of every tenant on this installation.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Worker)]
pub struct ShownWorker {
    /// Which. A process that was given up and comes back is another.
    #[schema(value_type = i32)]
    id: WorkerId,
    /// How it calls itself. Two may have the same name.
    name: String,
    /// How many jobs of each lane it runs at once. Lanes that are not named are left to others.
    lanes: BTreeMap<String, usize>,
    /// The kinds of jobs that it can run.
    kinds: Vec<String>,
    /// Since when.
    started_at: DateTime<Utc>,
    /// Whether it was heard of lately. Otherwise it is dead or cut off, and its jobs are about to run elsewhere.
    alive: bool,
}

impl From<Worker> for ShownWorker {
    fn from(worker: Worker) -> Self {
        let Worker { id, name, lanes, kinds, started_at, alive } = worker;
        Self { id, name, lanes, kinds, started_at, alive }
    }
}

/// The processes that run jobs.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Workers {
    /// All of them, the oldest first.
    items: Vec<ShownWorker>,
}

/// List the processes that run jobs
///
/// Also those that have died within the last minute. What they run for whom is not said: `GET /api/v1/queue/jobs` has
/// the tenant's own.
#[utoipa::path(get, path = "/api/v1/queue/workers", tag = "queue",
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "All of them, the oldest first", body = Workers)))]
pub async fn list(State(api): State<Api>, caller: Caller) -> Result<axum::Json<Workers>, Problem> {
    // Whether the caller may.
    caller.begin(Permission::OperateQueue).await?;
    let workers = api.queue.workers().await.map_err(failed)?;
    Ok(axum::Json(Workers { items: workers.into_iter().map(ShownWorker::from).collect() }))
}
