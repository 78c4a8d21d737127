//! `DELETE /api/v1/tags/{name}`

use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
};
use domain::role::Permission;
use http::StatusCode;
use store::tags;

/// Forget whose a tag is and how it looks
///
/// Conversations that have it keep it.
#[utoipa::path(delete, path = "/api/v1/tags/{name}", tag = "settings", params(("name" = String, Path)),
    security(("access_token" = ["manage_tags"])),
    responses((status = 204, description = "It is a tag like any other"), (status = 404, description = "`not_found`")))]
pub async fn delete(caller: Caller, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageTags).await?;
    if !tags::delete(&mut tx, caller.tenant, &name).await? {
        return Err(Code::NotFound.into());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
