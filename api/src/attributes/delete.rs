//! `DELETE /api/v1/attributes/{owner}/{key}`

use super::ShownAttribute;
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::Path,
};
use domain::{attribute::Owner, role::Permission};
use http::StatusCode;
use store::attributes;

/// Forget a field
///
/// Values that are there stay.
#[utoipa::path(delete, path = "/api/v1/attributes/{owner}/{key}", tag = "settings",
    params(("owner" = String, Path, pattern = "^(conversation|contact|company)$"), ("key" = String, Path)),
    security(("access_token" = ["manage_settings"])),
    responses((status = 204, description = "It is gone"), (status = 404, description = "`not_found`")))]
pub async fn delete(caller: Caller, Path((owner, key)): Path<(Owner, String)>) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageSettings).await?;
    let before = attributes::list(change.conn(), Some(owner)).await?;
    let before = before.into_iter().find(|before| before.key == key).map(ShownAttribute::from);
    if !attributes::delete(change.conn(), caller.tenant, owner, &key).await? {
        return Err(Code::NotFound.into());
    }
    change.commit(Record::new("attribute.deleted").of(format!("{owner}/{key}")).before(before)).await?;
    Ok(StatusCode::NO_CONTENT)
}
