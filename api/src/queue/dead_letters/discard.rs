//! `DELETE /api/v1/queue/dead-letters/{id}`

use crate::{
    auth::Caller,
    problem::{Code, Problem},
    queue::{commit, failed},
    request::Path,
};
use domain::role::Permission;
use http::StatusCode;
use queue::{
    JobId,
    dead_letters::{self, Which},
};
use serde_json::json;

/// Discard a dead letter
///
/// For good.
#[utoipa::path(delete, path = "/api/v1/queue/dead-letters/{id}", tag = "queue", params(("id" = i64, Path)),
    security(("access_token" = ["operate_queue"])),
    responses((status = 204, description = "Discarded"), (status = 404, description = "`not_found`")))]
pub async fn discard(caller: Caller, Path(id): Path<JobId>) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.administer(Permission::OperateQueue).await?;
    if dead_letters::discard(change.conn(), caller.tenant, Which::Ids(&[id])).await.map_err(failed)? == 0 {
        return Err(Code::NotFound.into());
    }
    commit(change, "queue.dead_letters_discarded", json!({ "job_ids": [id], "count": 1 })).await?;
    Ok(StatusCode::NO_CONTENT)
}
