//! `GET /api/v1/queue/jobs/{id}`

use super::ShownJob;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    queue::{ShownAttempt, failed},
    request::Path,
};
use domain::role::Permission;
use queue::{JobId, dead_letters, jobs};
use serde::Serialize;
use serde_json::Value;

/// A job with everything that is known of it.
#[derive(Serialize, utoipa::ToSchema)]
pub struct JobDetails {
    #[serde(flatten)]
    job: ShownJob,
    /// Its arguments: ids of what it works on.
    args: Value,
    /// Its attempts that did not succeed, the oldest first.
    failed_attempts: Vec<ShownAttempt>,
}

/// Read a job
///
/// As long as it has not ended.
#[utoipa::path(get, path = "/api/v1/queue/jobs/{id}", tag = "queue", params(("id" = i64, Path)),
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "The job", body = JobDetails),
              (status = 404, description = "`not_found`: no such job, or it has ended")))]
pub async fn get(caller: Caller, Path(id): Path<JobId>) -> Result<axum::Json<JobDetails>, Problem> {
    let (mut tx, _) = caller.begin(Permission::OperateQueue).await?;
    let (job, args) = jobs::get(&mut tx, caller.tenant, id).await.map_err(failed)?.ok_or(Code::NotFound)?;
    let attempts = dead_letters::attempts(&mut tx, caller.tenant, id).await.map_err(failed)?;
    let failed_attempts = attempts.into_iter().map(ShownAttempt::from).collect();
    Ok(axum::Json(JobDetails { job: job.into(), args, failed_attempts }))
}
