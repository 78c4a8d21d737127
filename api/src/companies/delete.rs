//! `DELETE /api/v1/companies/{id}`

use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
};
use domain::{CompanyId, event::EventKind, role::Permission};
use http::StatusCode;
use serde_json::json;
use store::companies;

/// Delete a company
///
/// Its contacts stay, and are of none.
#[utoipa::path(delete, path = "/api/v1/companies/{id}", tag = "companies", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["edit_contacts"])),
    responses((status = 204, description = "It is gone"), (status = 404, description = "`not_found`")))]
pub async fn delete(caller: Caller, Path(id): Path<CompanyId>) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.change(Permission::EditContacts).await?;
    let (tenant, now) = (change.tenant(), change.now());
    if !companies::delete(change.conn(), tenant, id, now).await? {
        return Err(Code::NotFound.into());
    }
    change.emit_apart(EventKind::CompanyDeleted, None, json!({ "company_id": id }));
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
