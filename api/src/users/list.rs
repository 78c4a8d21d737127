//! `GET /api/v1/users`

use super::ShownUser;
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Page, Paging, Query, paging},
};
use domain::role::Permission;
use store::users;

/// List the people of the tenant
#[utoipa::path(get, path = "/api/v1/users", tag = "users", params(Paging),
    responses((status = 200, description = "A page", body = Page<ShownUser>)))]
pub async fn list(caller: Caller, Query(paging): Query<Paging>) -> Result<axum::Json<Page<ShownUser>>, Problem> {
    let after = paging::id_of(paging.cursor())?;
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    let rows = users::list(&mut tx, after, paging.limit().rows()).await?;
    Ok(axum::Json(Page::of(rows, paging.limit(), |user| paging::by_id(user.id.0), ShownUser::from)))
}
