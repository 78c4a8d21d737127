//! `POST /api/v1/roles`

use super::{ShownRole, check_description, check_short_name, named};
use crate::{
    auth::{Caller, Record},
    problem::Problem,
    request::Creation,
};
use axum::response::Response;
use domain::{RoleId, role::Permission};
use http::StatusCode;
use serde::Deserialize;
use store::roles;

/// A new role.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRole {
    /// What people call it: 1 to 50 characters, and no other role's.
    name: String,
    /// What it is for.
    #[serde(default)]
    description: String,
    /// What it allows: nothing that you may not do yourself.
    #[schema(schema_with = crate::openapi::permissions)]
    permissions: Vec<Permission>,
}

/// Create a role
#[utoipa::path(post, path = "/api/v1/roles", tag = "roles", request_body = CreateRole,
    params(crate::openapi::IdempotencyKey), security(("access_token" = ["manage_roles"])),
    responses((status = 201, description = "Created", body = ShownRole),
              (status = 403, description = "`forbidden`; `beyond_your_own`: you may not do so much yourself"),
              (status = 409, description = "`name_taken`, `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(caller: Caller, creation: Creation<CreateRole>) -> Result<Response, Problem> {
    let (mut change, granted) = caller.administer(Permission::ManageRoles).await?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), caller.user, now).await? {
        return Ok(answer);
    }
    let new = &creation.body;
    let problems: Vec<_> = [check_short_name("/name", &new.name), check_description("/description", &new.description)]
        .into_iter()
        .filter_map(Result::err)
        .collect();
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let permissions = new.permissions.iter().copied().collect();
    granted.may_give(permissions)?;
    let role = roles::create(change.conn(), RoleId::new(), new.name.trim(), &new.description, permissions, now);
    let role = ShownRole::from(role.await.map_err(named)?);
    let answer = creation.answer(change.conn(), caller.user, now, StatusCode::CREATED, &role).await?;
    change.commit(Record::new("role.created").of(role.id).after(&role)).await?;
    Ok(answer)
}
