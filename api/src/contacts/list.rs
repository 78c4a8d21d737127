//! `GET /api/v1/contacts`

use super::ListedContact;
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Limit, Page, Query, paging},
};
use domain::role::Permission;
use serde::Deserialize;
use store::contacts::list::{self, Filter, Position};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Part of a name or number, whatever the case, or a whole address.
    search: Option<String>,
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List contacts
///
/// The newest first. Agents see those whose conversations they see.
#[utoipa::path(get, path = "/api/v1/contacts", tag = "contacts", params(Params),
    responses((status = 200, description = "A page", body = Page<ListedContact>)))]
pub async fn list(caller: Caller, Query(params): Query<Params>) -> Result<axum::Json<Page<ListedContact>>, Problem> {
    let after = paging::time_of(params.cursor.as_deref())?.map(|(created_at, id)| Position { created_at, id });
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let filter =
        Filter { visible_to: granted.confined_to(), search: params.search.as_deref().filter(|text| !text.is_empty()) };
    let rows = list::page(&mut tx, filter, after, params.limit.rows()).await?;
    let cursor = |row: &list::Contact| paging::by_time(row.created_at, row.id.0);
    Ok(axum::Json(Page::of(rows, params.limit, cursor, ListedContact::from)))
}
