//! `PATCH /api/v1/users/{id}`

use super::{ShownUser, check_name};
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::{IfMatch, Json, Path, tagged},
    state::Api,
};
use axum::{extract::State, response::Response};
use domain::{
    UserId,
    role::{Permission, Role},
};
use serde::Deserialize;
use store::{
    refresh_tokens,
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
    #[schema(schema_with = crate::openapi::role)]
    role: Option<Role>,
    /// Whether they may log in and act. Who is deactivated is signed out everywhere, at once.
    active: Option<bool>,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the tenant would be left without an active admin")]
    LastAdmin,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::LastAdmin => Code::LastAdmin.into(),
        }
    }
}

/// Change a person
///
/// Everybody may change their own name; roles and access are for admins.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", request_body = UpdateUser,
    params(("id" = uuid::Uuid, Path), crate::openapi::IfMatch),
    responses((status = 200, description = "The person as it is now, with an ETag", body = ShownUser),
              (status = 409, description = "`last_admin`"),
              (status = 412, description = "`precondition_failed`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<UserId>,
    if_match: IfMatch,
    Json(change): Json<UpdateUser>,
) -> Result<Response, Problem> {
    if let Some(name) = &change.name {
        check_name("/name", name).map_err(|problem| Problem::invalid(vec![problem]))?;
    }
    let own_name_only = id == caller.user && change.role.is_none() && change.active.is_none();
    let needs = if own_name_only { Permission::WorkConversations } else { Permission::ManageUsers };
    let (mut tx, _) = caller.begin(needs).await?;
    let before = users::load(&mut tx, id).await?.ok_or(Code::NotFound)?;
    if_match.check(before.version)?;
    let after = User {
        name: change.name.map_or_else(|| before.name.clone(), |name| name.trim().to_owned()),
        role: change.role.unwrap_or(before.role),
        active: change.active.unwrap_or(before.active),
        ..before.clone()
    };
    let is_admin = |user: &User| user.active && user.role == Role::Admin;
    if is_admin(&before) && !is_admin(&after) && users::other_active_admins(&mut tx, id).await? == 0 {
        return Err(Error::LastAdmin.into());
    }
    let user = users::update(&mut tx, &after, api.now()).await?.ok_or(Code::PreconditionFailed)?;
    if !user.active {
        refresh_tokens::revoke_sessions_of(&mut tx, id, None, api.now()).await?;
    }
    tx.commit().await?;
    Ok(tagged(user.version, ShownUser::from(user)))
}
