//! `DELETE /api/v1/canned-responses/{id}`

use crate::{
    auth::Caller,
    problem::{Code, Problem},
    replies::{may_change, reader},
    request::Path,
};
use domain::role::Permission;
use http::StatusCode;
use store::replies::canned;
use uuid::Uuid;

/// Delete a canned response
#[utoipa::path(delete, path = "/api/v1/canned-responses/{id}", tag = "replies", params(("id" = Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 204, description = "It is gone"), (status = 403, description = "`forbidden`"),
              (status = 404, description = "`not_found`")))]
pub async fn delete(caller: Caller, Path(id): Path<Uuid>) -> Result<StatusCode, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let canned = canned::load(&mut tx, reader(&granted), id).await?.ok_or(Code::NotFound)?;
    may_change(&granted, canned.shelf)?;
    canned::delete(&mut tx, id).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
