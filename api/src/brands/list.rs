//! `GET /api/v1/brands`

use super::ShownBrand;
use crate::{auth::Caller, problem::Problem};
use domain::role::Permission;
use store::brands;

/// List brands
#[utoipa::path(get, path = "/api/v1/brands", tag = "settings",
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "By their keys", body = [ShownBrand])))]
pub async fn list(caller: Caller) -> Result<axum::Json<Vec<ShownBrand>>, Problem> {
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    Ok(axum::Json(brands::list(&mut tx).await?.into_iter().map(Into::into).collect()))
}
