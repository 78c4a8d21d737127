//! `PATCH /api/v1/roles/{id}`

use super::{ShownRole, check_description, check_short_name, named, required};
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::{IfMatch, Json, Path, tagged},
};
use axum::response::Response;
use domain::role::{Permission, RoleKey};
use serde::Deserialize;
use store::roles;

/// What changes; what is omitted stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRole {
    /// What people call it.
    name: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// What it allows, as a whole: neither it nor what it was may be more than you may do yourself.
    #[serde(default)]
    #[schema(schema_with = crate::openapi::permissions_or_null)]
    permissions: Option<Vec<Permission>>,
}

/// Change a role of your own
///
/// What it allows counts at once, for everybody who has it.
#[utoipa::path(patch, path = "/api/v1/roles/{id}", tag = "roles", request_body = UpdateRole,
    params(("id" = String, Path), crate::openapi::IfMatch), security(("access_token" = ["manage_roles"])),
    responses((status = 200, description = "The role as it is now, with an ETag", body = ShownRole),
              (status = 403, description = "`forbidden`; `beyond_your_own`: you may not do so much yourself"),
              (status = 409, description = "`built_in`, `name_taken`, `last_admin`"),
              (status = 412, description = "`precondition_failed`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    caller: Caller,
    Path(key): Path<RoleKey>,
    if_match: IfMatch,
    Json(update): Json<UpdateRole>,
) -> Result<Response, Problem> {
    let (mut change, granted) = caller.administer(Permission::ManageRoles).await?;
    let before = required(change.conn(), key).await?;
    if_match.check(before.version)?;
    granted.may_give(before.permissions)?;
    let mut after = before.clone();
    if let Some(name) = update.name {
        check_short_name("/name", &name).map_err(|problem| Problem::invalid(vec![problem]))?;
        name.trim().clone_into(&mut after.name);
    }
    if let Some(description) = update.description {
        check_description("/description", &description).map_err(|problem| Problem::invalid(vec![problem]))?;
        after.description = description;
    }
    if let Some(permissions) = update.permissions {
        after.permissions = permissions.into_iter().collect();
        granted.may_give(after.permissions)?;
    }
    let now = change.now();
    roles::lock_administration(change.conn()).await?;
    let after = roles::update(change.conn(), &after, now).await.map_err(named)?.ok_or(Code::PreconditionFailed)?;
    if !roles::somebody_administers(change.conn()).await? {
        return Err(Code::LastAdmin.into());
    }
    let (version, after) = (after.version, ShownRole::from(after));
    change.commit(Record::new("role.updated").of(key).before(ShownRole::from(before)).after(&after)).await?;
    Ok(tagged(version, after))
}
