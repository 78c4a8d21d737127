//! `GET /api/v1/tags`

use super::ShownTag;
use crate::{auth::Caller, problem::Problem};
use domain::role::Permission;
use store::tags;

/// List the tags that are for everybody or for a team
///
/// Conversations may have others: what nobody has said anything about is for everybody.
#[utoipa::path(get, path = "/api/v1/tags", tag = "settings",
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "By their names", body = [ShownTag])))]
pub async fn list(caller: Caller) -> Result<axum::Json<Vec<ShownTag>>, Problem> {
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    Ok(axum::Json(tags::list(&mut tx).await?.into_iter().map(Into::into).collect()))
}
