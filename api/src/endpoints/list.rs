//! `GET /api/v1/endpoints`

use super::{ShownEndpoint, show};
use crate::{
    auth::Caller,
    plugins,
    problem::Problem,
    request::{Page, Paging, Query, paging},
    state::Api,
};
use axum::extract::State;
use domain::role::Permission;
use store::endpoints;

/// List the endpoints of the tenant
#[utoipa::path(get, path = "/api/v1/endpoints", tag = "connections", params(Paging),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "A page", body = Page<ShownEndpoint>)))]
pub async fn list(
    State(api): State<Api>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<axum::Json<Page<ShownEndpoint>>, Problem> {
    let after = paging::id_of(paging.cursor())?;
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let rows = endpoints::list(&mut tx, after, paging.limit().rows()).await?;
    let page = Page::of(rows, paging.limit(), |row| paging::by_id(row.id.0), |row| row);
    let mut items = Vec::with_capacity(page.items.len());
    for endpoint in &page.items {
        let compiled = plugins::installed(&api, &mut tx, &endpoint.plugin_id, &endpoint.plugin_version).await?;
        items.push(show(&api, &mut tx, &compiled, endpoint).await?);
    }
    Ok(axum::Json(Page { items, has_more: page.has_more, next_cursor: page.next_cursor, total: None }))
}
