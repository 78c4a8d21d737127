//! `POST /api/v1/queue/dead-letters/{id}/replay`

use crate::{
    auth::Caller,
    problem::{Code, Problem},
    queue::{commit, failed, jobs::ShownJob},
    request::Path,
    state::Api,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::role::Permission;
use http::StatusCode;
use queue::{
    JobId,
    dead_letters::{self, Which},
    jobs,
};
use serde_json::json;

/// Replay a dead letter
///
/// As a new job, with all its attempts, at the end of its key's line.
#[utoipa::path(post, path = "/api/v1/queue/dead-letters/{id}/replay", tag = "queue", params(("id" = i64, Path)),
    security(("access_token" = ["operate_queue"])),
    responses((status = 202, description = "The new job", body = ShownJob),
              (status = 404, description = "`not_found`")))]
pub async fn replay(State(api): State<Api>, caller: Caller, Path(id): Path<JobId>) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::OperateQueue).await?;
    let replayed = dead_letters::replay(change.conn(), caller.tenant, Which::Ids(&[id])).await.map_err(failed)?;
    let &(new, lane) = replayed.first().ok_or(Code::NotFound)?;
    let (job, _) = jobs::get(change.conn(), caller.tenant, new).await.map_err(failed)?.ok_or(Code::NotFound)?;
    commit(change, "queue.dead_letters_replayed", json!({ "job_ids": [id], "as_job_ids": [new], "count": 1 })).await?;
    api.queue.wake(lane);
    Ok((StatusCode::ACCEPTED, axum::Json(ShownJob::from(job))).into_response())
}
