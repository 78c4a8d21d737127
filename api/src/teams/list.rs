//! `GET /api/v1/teams`

use super::ShownTeam;
use crate::{
    auth::{Caller, Needs},
    problem::Problem,
    request::{Page, Paging, Query, paging},
};
use store::teams;

/// List teams
#[utoipa::path(get, path = "/api/v1/teams", tag = "teams", params(Paging),
    responses((status = 200, description = "A page", body = Page<ShownTeam>)))]
pub async fn list(caller: Caller, Query(paging): Query<Paging>) -> Result<axum::Json<Page<ShownTeam>>, Problem> {
    let after = paging::id_of(paging.cursor())?;
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    let rows = teams::list(&mut tx, after, paging.limit().rows()).await?;
    Ok(axum::Json(Page::of(rows, paging.limit(), |team| paging::by_id(team.id.0), ShownTeam::from)))
}
