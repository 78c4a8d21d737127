//! `GET /api/v1/companies`

use super::ShownCompany;
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Limit, Page, Query, paging},
};
use domain::role::Permission;
use serde::Deserialize;
use store::companies::{self, Company, Position};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Part of a name, whatever the case and the accents, or a whole domain.
    search: Option<String>,
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List companies
///
/// The newest first.
#[utoipa::path(get, path = "/api/v1/companies", tag = "companies", params(Params),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "A page", body = Page<ShownCompany>)))]
pub async fn list(caller: Caller, Query(params): Query<Params>) -> Result<axum::Json<Page<ShownCompany>>, Problem> {
    let after = paging::time_of(params.cursor.as_deref())?.map(|(created_at, id)| Position { created_at, id });
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    let search = params.search.as_deref().filter(|text| !text.trim().is_empty());
    let rows = companies::page(&mut tx, search, after, params.limit.rows()).await?;
    let cursor = |row: &Company| paging::by_time(row.created_at, row.id.0);
    Ok(axum::Json(Page::of(rows, params.limit, cursor, ShownCompany::from)))
}
