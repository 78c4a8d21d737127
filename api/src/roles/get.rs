//! `GET /api/v1/roles/{id}`

use super::{ShownRole, required};
use crate::{
    auth::{Caller, Needs},
    problem::Problem,
    request::{Path, tagged},
};
use axum::response::Response;
use domain::role::RoleKey;

/// Read a role
#[utoipa::path(get, path = "/api/v1/roles/{id}", tag = "roles", params(("id" = String, Path)),
    responses((status = 200, description = "The role, with an ETag", body = ShownRole),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(key): Path<RoleKey>) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    if let RoleKey::BuiltIn(role) = key {
        return Ok(tagged(1, ShownRole::from(role)));
    }
    let role = required(&mut tx, key).await?;
    Ok(tagged(role.version, ShownRole::from(role)))
}
