//! `GET /api/v1/attributes`

use super::ShownAttribute;
use crate::{auth::Caller, problem::Problem};
use domain::role::Permission;
use store::attributes;

/// List the fields of the tenant's own making
#[utoipa::path(get, path = "/api/v1/attributes", tag = "settings",
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "By what has them, and their keys", body = [ShownAttribute])))]
pub async fn list(caller: Caller) -> Result<axum::Json<Vec<ShownAttribute>>, Problem> {
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    Ok(axum::Json(attributes::list(&mut tx, None).await?.into_iter().map(Into::into).collect()))
}
