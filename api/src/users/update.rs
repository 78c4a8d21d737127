//! `PATCH /api/v1/users/{id}`

use super::{ShownUser, check_name, required, show};
use crate::{
    auth::{Caller, Needs, Record},
    problem::{Code, Problem},
    request::{IfMatch, Json, Path, tagged},
};
use axum::response::Response;
use domain::{
    UserId,
    role::{Permission, RoleKey},
};
use serde::Deserialize;
use store::{
    api_keys, refresh_tokens, roles,
    users::{self, User},
};

/// What changes; what is omitted stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateUser {
    /// What others call them.
    name: Option<String>,
    /// What they may do.
    #[serde(default)]
    #[schema(schema_with = crate::openapi::role_or_null)]
    role: Option<RoleKey>,
    /// Whether they may log in and act. Who is deactivated is signed out everywhere and loses their API keys,
    /// at once.
    active: Option<bool>,
}

/// Change a person
///
/// Everybody may change their own name; roles and access are for those who manage people, as far as the person may do
/// no more than they.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", request_body = UpdateUser,
    params(("id" = uuid::Uuid, Path), crate::openapi::IfMatch), security(("access_token" = ["manage_users"])),
    responses((status = 200, description = "The person as they are now, with an ETag", body = ShownUser),
              (status = 403, description = "`forbidden`; `beyond_your_own`: they may, or would, do more than you"),
              (status = 409, description = "`last_admin`"),
              (status = 412, description = "`precondition_failed`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    caller: Caller,
    Path(id): Path<UserId>,
    if_match: IfMatch,
    Json(update): Json<UpdateUser>,
) -> Result<Response, Problem> {
    let own_name_only = id == caller.user && update.role.is_none() && update.active.is_none();
    let needs = if own_name_only { Needs::SignedIn } else { Permission::ManageUsers.into() };
    let (mut change, granted) = caller.administer(needs).await?;
    if let Some(name) = &update.name {
        check_name("/name", name).map_err(|problem| Problem::invalid(vec![problem]))?;
    }
    let before = required(change.conn(), id).await?;
    if_match.check(before.version)?;
    if id != caller.user {
        granted.may_manage(change.conn(), &before).await?;
    }
    let after = User {
        name: update.name.map_or_else(|| before.name.clone(), |name| name.trim().to_owned()),
        role: update.role.unwrap_or(before.role),
        active: update.active.unwrap_or(before.active),
        ..before.clone()
    };
    if after.role != before.role {
        granted.may_give_role(change.conn(), after.role, "/role").await?;
    }
    let now = change.now();
    roles::lock_administration(change.conn()).await?;
    let after = users::update(change.conn(), &after, now).await?.ok_or(Code::PreconditionFailed)?;
    if !roles::somebody_administers(change.conn()).await? {
        return Err(Code::LastAdmin.into());
    }
    if !after.active {
        refresh_tokens::revoke_sessions_of(change.conn(), id, None, now).await?;
        api_keys::revoke_of(change.conn(), id, now).await?;
    }
    let version = after.version;
    let (before, after) = (show(change.conn(), before).await?, show(change.conn(), after).await?);
    change.commit(Record::new("user.updated").of(id).before(before).after(&after)).await?;
    Ok(tagged(version, after))
}
