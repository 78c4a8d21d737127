//! `GET /api/v1/connections`

use super::{ShownConnection, show_all};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Page, Paging, Query, paging},
    state::Api,
};
use axum::extract::State;
use domain::role::Permission;
use store::connections;

/// List the connections of the tenant
#[utoipa::path(get, path = "/api/v1/connections", tag = "connections", params(Paging),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "A page", body = Page<ShownConnection>)))]
pub async fn list(
    State(api): State<Api>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<axum::Json<Page<ShownConnection>>, Problem> {
    let after = paging::id_of(paging.cursor())?;
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let rows = connections::list(&mut tx, after, paging.limit().rows()).await?;
    let page = Page::of(rows, paging.limit(), |row| paging::by_id(row.id.0), |row| row);
    let items = show_all(&api, &mut tx, page.items).await?;
    Ok(axum::Json(Page { items, has_more: page.has_more, next_cursor: page.next_cursor, total: None }))
}
