//! `DELETE /api/v1/roles/{id}`

use super::{ShownRole, required};
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::{IfMatch, Path},
};
use domain::role::{Permission, RoleKey};
use http::StatusCode;
use store::roles;

/// Delete a role of your own
#[utoipa::path(delete, path = "/api/v1/roles/{id}", tag = "roles",
    params(("id" = String, Path), crate::openapi::IfMatch), security(("access_token" = ["manage_roles"])),
    responses((status = 204, description = "Deleted"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`in_use`: somebody has it or is invited to it; `built_in`"),
              (status = 412, description = "`precondition_failed`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn delete(caller: Caller, Path(key): Path<RoleKey>, if_match: IfMatch) -> Result<StatusCode, Problem> {
    let (mut change, granted) = caller.administer(Permission::ManageRoles).await?;
    let role = required(change.conn(), key).await?;
    if_match.check(role.version)?;
    granted.may_give(role.permissions)?;
    if !roles::delete(change.conn(), role.id, role.version).await.map_err(Problem::in_use)? {
        return Err(Code::PreconditionFailed.into());
    }
    change.commit(Record::new("role.deleted").of(key).before(ShownRole::from(role))).await?;
    Ok(StatusCode::NO_CONTENT)
}
