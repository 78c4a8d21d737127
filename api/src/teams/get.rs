//! `GET /api/v1/teams/{id}`

use super::{ShownTeam, required};
use crate::{
    auth::{Caller, Needs},
    problem::Problem,
    request::{Path, tagged},
};
use axum::response::Response;
use domain::TeamId;

/// Read a team
#[utoipa::path(get, path = "/api/v1/teams/{id}", tag = "teams", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The team, with an ETag", body = ShownTeam),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<TeamId>) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    let team = required(&mut tx, id).await?;
    Ok(tagged(team.version, ShownTeam::from(team)))
}
