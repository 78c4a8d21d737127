//! `PATCH /api/v1/queue/dead-letters/{id}`

use super::get::{DeadLetterDetails, read};
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    queue::{commit, failed},
    request::{Json, Path},
};
use domain::role::Permission;
use queue::{JobId, dead_letters};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What is mended before a replay.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditDeadLetter {
    /// The arguments, as a whole.
    #[schema(value_type = Object)]
    args: Map<String, Value>,
}

/// Change the arguments of a dead letter
///
/// Nothing runs before it is replayed. Whether its handler understands the arguments shows then: if not, it is a dead
/// letter again.
#[utoipa::path(patch, path = "/api/v1/queue/dead-letters/{id}", tag = "queue", request_body = EditDeadLetter,
    params(("id" = i64, Path)),
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "The dead letter as it is now", body = DeadLetterDetails),
              (status = 404, description = "`not_found`"),
              (status = 422, description = "`invalid`: the arguments are no object")))]
pub async fn edit(
    caller: Caller,
    Path(id): Path<JobId>,
    Json(EditDeadLetter { args }): Json<EditDeadLetter>,
) -> Result<axum::Json<DeadLetterDetails>, Problem> {
    let (mut change, _) = caller.administer(Permission::OperateQueue).await?;
    if !dead_letters::edit(change.conn(), caller.tenant, id, args).await.map_err(failed)? {
        return Err(Code::NotFound.into());
    }
    let letter = read(change.conn(), caller.tenant, id).await?;
    commit(change, "queue.dead_letter_edited", json!({ "job_ids": [id] })).await?;
    Ok(axum::Json(letter))
}
