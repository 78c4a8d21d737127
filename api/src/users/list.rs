//! `GET /api/v1/users`

use super::{ShownUser, details_of};
use crate::{
    auth::{Caller, Needs},
    problem::Problem,
    request::{Page, Paging, Query, paging},
};
use store::users::{self, User};

/// List the people of the tenant
#[utoipa::path(get, path = "/api/v1/users", tag = "users", params(Paging),
    responses((status = 200, description = "A page", body = Page<ShownUser>)))]
pub async fn list(caller: Caller, Query(paging): Query<Paging>) -> Result<axum::Json<Page<ShownUser>>, Problem> {
    let after = paging::id_of(paging.cursor())?;
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    let rows = users::list(&mut tx, after, paging.limit().rows()).await?;
    let mut details = details_of(&mut tx, &rows).await?;
    let show = |user: User| {
        let details = details.remove(&user.id).unwrap_or_default();
        ShownUser::new(user, details)
    };
    Ok(axum::Json(Page::of(rows, paging.limit(), |user| paging::by_id(user.id.0), show)))
}
