//! `DELETE /api/v1/brands/{key}`

use super::ShownBrand;
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::Path,
};
use domain::role::Permission;
use http::StatusCode;
use store::brands;

/// Delete a brand that nothing has
#[utoipa::path(delete, path = "/api/v1/brands/{key}", tag = "settings", params(("key" = String, Path)),
    security(("access_token" = ["manage_settings"])),
    responses((status = 204, description = "It is gone"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`in_use`")))]
pub async fn delete(caller: Caller, Path(key): Path<String>) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageSettings).await?;
    let before = brands::list(change.conn()).await?.into_iter().find(|brand| brand.key == key);
    if !brands::delete(change.conn(), caller.tenant, &key).await.map_err(Problem::in_use)? {
        return Err(Code::NotFound.into());
    }
    change.commit(Record::new("brand.deleted").of(key).before(before.map(ShownBrand::from))).await?;
    Ok(StatusCode::NO_CONTENT)
}
