//! `GET /api/v1/users/{id}`

use super::ShownUser;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::{Path, tagged},
};
use axum::response::Response;
use domain::{UserId, role::Permission};
use store::users;

/// Read a person
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The person, with an ETag", body = ShownUser),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<UserId>) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    let user = users::load(&mut tx, id).await?.ok_or(Code::NotFound)?;
    Ok(tagged(user.version, ShownUser::from(user)))
}
