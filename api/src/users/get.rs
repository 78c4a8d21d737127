//! `GET /api/v1/users/{id}`

use super::{ShownUser, required, show};
use crate::{
    auth::{Caller, Needs},
    problem::Problem,
    request::{Path, tagged},
};
use axum::response::Response;
use domain::UserId;

/// Read a person
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The person, with an ETag", body = ShownUser),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<UserId>) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    let user = required(&mut tx, id).await?;
    Ok(tagged(user.version, show(&mut tx, user).await?))
}
