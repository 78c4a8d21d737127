//! `GET /api/v1/deliveries`

use super::ShownDelivery;
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Limit, Page, Query, paging},
};
use domain::{ConnectionId, delivery::Outcome, role::Permission};
use serde::Deserialize;
use store::deliveries::list;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Only what came out like this.
    #[param(schema_with = crate::openapi::delivery_outcome, required = false)]
    outcome: Option<Outcome>,
    /// Only what concerns this connection.
    #[param(value_type = Option<uuid::Uuid>)]
    connection_id: Option<ConnectionId>,
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List stored webhook requests
///
/// The newest first.
#[utoipa::path(get, path = "/api/v1/deliveries", tag = "deliveries", params(Params),
    security(("access_token" = ["replay_deliveries"])),
    responses((status = 200, description = "A page", body = Page<ShownDelivery>)))]
pub async fn list(caller: Caller, Query(params): Query<Params>) -> Result<axum::Json<Page<ShownDelivery>>, Problem> {
    let before = paging::id_of(params.cursor.as_deref())?;
    let (mut tx, _) = caller.begin(Permission::ReplayDeliveries).await?;
    let rows = list::page(&mut tx, params.outcome, params.connection_id, before, params.limit.rows()).await?;
    Ok(axum::Json(Page::of(rows, params.limit, |row| paging::by_id(row.id.0), ShownDelivery::from)))
}
