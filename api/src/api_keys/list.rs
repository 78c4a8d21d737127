//! `GET /api/v1/api-keys`

use super::ShownApiKey;
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Page, Paging, Query, paging},
};
use domain::role::Permission;
use store::api_keys;

/// List API keys
///
/// Those of the tenant that were not revoked, whoever made them.
#[utoipa::path(get, path = "/api/v1/api-keys", tag = "api-keys", params(Paging),
    security(("access_token" = ["manage_api_keys"])),
    responses((status = 200, description = "A page", body = Page<ShownApiKey>)))]
pub async fn list(caller: Caller, Query(paging): Query<Paging>) -> Result<axum::Json<Page<ShownApiKey>>, Problem> {
    let after = paging::id_of(paging.cursor())?;
    let (mut tx, _) = caller.begin(Permission::ManageApiKeys).await?;
    let rows = api_keys::list(&mut tx, None, after, paging.limit().rows()).await?;
    Ok(axum::Json(Page::of(rows, paging.limit(), |key| paging::by_id(key.id.0), ShownApiKey::from)))
}
