//! `GET /api/v1/companies/{id}`

use super::{ShownCompany, required};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Path, tagged},
};
use axum::response::Response;
use domain::{CompanyId, role::Permission};

/// Read a company
#[utoipa::path(get, path = "/api/v1/companies/{id}", tag = "companies", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The company, with an ETag", body = ShownCompany),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<CompanyId>) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    let company = required(&mut tx, id).await?;
    Ok(tagged(company.version, ShownCompany::from(company)))
}
