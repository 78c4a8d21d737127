//! `POST /api/v1/queue/jobs/{id}/retry`

use super::ShownJob;
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
use domain::role::Permission;
use http::StatusCode;
use queue::{JobId, jobs};
use serde_json::json;

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the job does not wait for a time")]
    NotDelayed,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotDelayed => Self::new(Code::Conflict).detail("The job does not wait for a time."),
        }
    }
}

/// Try a delayed job at once
///
/// Whether it waits for its retry or for the time it was scheduled for. Its attempts are counted as before.
#[utoipa::path(post, path = "/api/v1/queue/jobs/{id}/retry", tag = "queue", params(("id" = i64, Path)),
    security(("access_token" = ["operate_queue"])),
    responses((status = 202, description = "It is due now", body = ShownJob),
              (status = 404, description = "`not_found`: no such job, or it has ended"),
              (status = 409, description = "`conflict`: it does not wait for a time")))]
pub async fn retry(State(api): State<Api>, caller: Caller, Path(id): Path<JobId>) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::OperateQueue).await?;
    let hurried = jobs::hurry(change.conn(), caller.tenant, &[id]).await.map_err(failed)?;
    let (job, _) = jobs::get(change.conn(), caller.tenant, id).await.map_err(failed)?.ok_or(Code::NotFound)?;
    if hurried.is_empty() {
        return Err(Error::NotDelayed.into());
    }
    commit(change, "queue.job_retried", json!({ "job_ids": [id] })).await?;
    for (_, lane) in hurried {
        api.queue.wake(lane);
    }
    Ok((StatusCode::ACCEPTED, axum::Json(ShownJob::from(job))).into_response())
}
