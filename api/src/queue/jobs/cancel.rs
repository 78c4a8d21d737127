//! `POST /api/v1/queue/jobs/{id}/cancel`

use crate::{
    auth::Caller,
    problem::{Code, Problem},
    queue::{commit, failed},
    request::Path,
    state::Api,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{job::Lane, role::Permission};
use http::StatusCode;
use queue::{JobId, jobs};
use serde::Serialize;
use serde_json::json;

/// What became of a job that is not wanted any more.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = CancelledJob)]
pub struct ShownCancelled {
    /// Which.
    #[schema(value_type = i64)]
    id: JobId,
    /// `cancelled`: it is gone. `stopping`: it runs, and its worker is asked to interrupt it.
    state: &'static str,
}

/// Cancel a job
///
/// A job that waits never starts. One that runs is interrupted; what it has done by then stays done.
#[utoipa::path(post, path = "/api/v1/queue/jobs/{id}/cancel", tag = "queue", params(("id" = i64, Path)),
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "It is gone", body = ShownCancelled),
              (status = 202, description = "It runs, and will be interrupted", body = ShownCancelled),
              (status = 404, description = "`not_found`: no such job, or it has ended")))]
pub async fn cancel(State(api): State<Api>, caller: Caller, Path(id): Path<JobId>) -> Result<Response, Problem> {
    let (mut change, granted) = caller.administer(Permission::OperateQueue).await?;
    let reason = format!("cancelled by the user {}", granted.user);
    let cancelled = jobs::cancel(change.conn(), caller.tenant, &[id], &reason).await.map_err(failed)?;
    let job = cancelled.first().ok_or(Code::NotFound)?;
    commit(change, "queue.job_cancelled", json!({ "job_ids": [id], "running": job.running })).await?;
    // The next job of its key may be of any lane.
    for lane in Lane::ALL {
        api.queue.wake(lane);
    }
    let (status, state) = if job.running { (StatusCode::ACCEPTED, "stopping") } else { (StatusCode::OK, "cancelled") };
    Ok((status, axum::Json(ShownCancelled { id, state })).into_response())
}
