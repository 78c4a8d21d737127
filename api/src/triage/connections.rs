//! `PUT` and `DELETE /api/v1/triage/connections/{id}`

use super::{PutTriage, ShownTriage};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Json, Path},
};
use domain::ConnectionId;
use http::StatusCode;
use store::triage::Scope;

/// Have new conversations over a connection asked
///
/// Takes the place of what its brand asks. What has begun goes on as it began.
#[utoipa::path(put, path = "/api/v1/triage/connections/{id}", tag = "settings", request_body = PutTriage,
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_settings"])),
    responses((status = 200, description = "What is asked from now on", body = ShownTriage),
              (status = 404, description = "`not_found`"), (status = 422, description = "`invalid`")))]
pub async fn put(
    caller: Caller,
    Path(id): Path<ConnectionId>,
    Json(new): Json<PutTriage>,
) -> Result<axum::Json<ShownTriage>, Problem> {
    super::put(&caller, Scope::Connection(id), &id.to_string(), new).await
}

/// Have new conversations over a connection asked nothing of its own
#[utoipa::path(delete, path = "/api/v1/triage/connections/{id}", tag = "settings", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_settings"])),
    responses((status = 204, description = "It asks nothing of its own"),
              (status = 404, description = "`not_found`")))]
pub async fn delete(caller: Caller, Path(id): Path<ConnectionId>) -> Result<StatusCode, Problem> {
    super::delete(&caller, Scope::Connection(id), &id.to_string()).await
}
