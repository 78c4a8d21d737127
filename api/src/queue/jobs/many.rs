//! `POST /api/v1/queue/jobs/cancel` and `…/retry`: many at once, each with what became of it.

use crate::{
    auth::Caller,
    problem::Problem,
    queue::{commit, failed},
    request::Json,
    state::Api,
};
use axum::extract::State;
use domain::{job::Lane, role::Permission};
use queue::{JobId, jobs};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Which jobs are meant.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichJobs {
    /// These, at most 1,000.
    #[schema(value_type = Vec<i64>, max_items = 1000)]
    ids: Vec<JobId>,
}

impl WhichJobs {
    /// Each once, in the order in which they were named.
    fn distinct(self) -> Result<Vec<JobId>, Problem> {
        if self.ids.len() > 1000 {
            return Err(Problem::field("/ids", "too_many", "must be at most 1000"));
        }
        let mut seen = BTreeSet::new();
        Ok(self.ids.into_iter().filter(|id| seen.insert(*id)).collect())
    }
}

/// What became of many jobs.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ManyJobs {
    /// Each job that was named, once, in that order.
    items: Vec<OneOfManyJobs>,
}

/// What became of one of them.
#[derive(Serialize, utoipa::ToSchema)]
pub struct OneOfManyJobs {
    /// Which.
    #[schema(value_type = i64)]
    id: JobId,
    /// When they are cancelled: `cancelled`: it is gone; `stopping`: it runs, and its worker is asked to interrupt it.
    /// When they are retried: `ready`: it is due now; `not_delayed`: it does not wait for a time, and is left as it is.
    /// Always: `not_found`: no such job, or it has ended.
    result: &'static str,
}

fn answer(ids: Vec<JobId>, result: impl Fn(JobId) -> &'static str) -> axum::Json<ManyJobs> {
    axum::Json(ManyJobs { items: ids.into_iter().map(|id| OneOfManyJobs { id, result: result(id) }).collect() })
}

/// Cancel many jobs
///
/// Those that wait never start. Those that run are interrupted; what they have done by then stays done.
#[utoipa::path(post, path = "/api/v1/queue/jobs/cancel", tag = "queue", request_body = WhichJobs,
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "What became of each", body = ManyJobs),
              (status = 422, description = "`invalid`")))]
pub async fn cancel(
    State(api): State<Api>,
    caller: Caller,
    Json(body): Json<WhichJobs>,
) -> Result<axum::Json<ManyJobs>, Problem> {
    let (mut change, granted) = caller.administer(Permission::OperateQueue).await?;
    let ids = body.distinct()?;
    let reason = format!("cancelled by the user {}", granted.user);
    let cancelled = jobs::cancel(change.conn(), caller.tenant, &ids, &reason).await.map_err(failed)?;
    let cancelled: BTreeMap<JobId, bool> = cancelled.into_iter().map(|job| (job.id, job.running)).collect();
    if cancelled.is_empty() {
        change.commit_unchanged().await?;
    } else {
        let about = json!({ "job_ids": cancelled.keys().collect::<Vec<_>>(), "count": cancelled.len() });
        commit(change, "queue.jobs_cancelled", about).await?;
        // The next job of a key may be of any lane.
        for lane in Lane::ALL {
            api.queue.wake(lane);
        }
    }
    Ok(answer(ids, |id| match cancelled.get(&id) {
        Some(false) => "cancelled",
        Some(true) => "stopping",
        None => "not_found",
    }))
}

/// Try many delayed jobs at once
///
/// Whether they wait for their retry or for the time they were scheduled for. Their attempts are counted as before.
#[utoipa::path(post, path = "/api/v1/queue/jobs/retry", tag = "queue", request_body = WhichJobs,
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "What became of each", body = ManyJobs),
              (status = 422, description = "`invalid`")))]
pub async fn retry(
    State(api): State<Api>,
    caller: Caller,
    Json(body): Json<WhichJobs>,
) -> Result<axum::Json<ManyJobs>, Problem> {
    let (mut change, _) = caller.administer(Permission::OperateQueue).await?;
    let ids = body.distinct()?;
    let hurried = jobs::hurry(change.conn(), caller.tenant, &ids).await.map_err(failed)?;
    let existing = jobs::existing(change.conn(), caller.tenant, &ids).await.map_err(failed)?;
    let hurried: BTreeMap<JobId, Lane> = hurried.into_iter().collect();
    if hurried.is_empty() {
        change.commit_unchanged().await?;
    } else {
        let about = json!({ "job_ids": hurried.keys().collect::<Vec<_>>(), "count": hurried.len() });
        commit(change, "queue.jobs_retried", about).await?;
    }
    for lane in hurried.values().copied().collect::<BTreeSet<_>>() {
        api.queue.wake(lane);
    }
    Ok(answer(ids, |id| {
        if hurried.contains_key(&id) {
            "ready"
        } else if existing.contains(&id) {
            "not_delayed"
        } else {
            "not_found"
        }
    }))
}
