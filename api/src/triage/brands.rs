//! `PUT` and `DELETE /api/v1/triage/brands/{key}`

use super::{PutTriage, ShownTriage};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Json, Path},
};
use http::StatusCode;
use store::triage::Scope;

/// Have new conversations of a brand asked
///
/// Those over connections that ask something of their own are asked that instead. What has begun goes on as it began.
#[utoipa::path(put, path = "/api/v1/triage/brands/{key}", tag = "settings", request_body = PutTriage,
    params(("key" = String, Path)),
    security(("access_token" = ["manage_settings"])),
    responses((status = 200, description = "What is asked from now on", body = ShownTriage),
              (status = 404, description = "`not_found`"), (status = 422, description = "`invalid`")))]
pub async fn put(
    caller: Caller,
    Path(key): Path<String>,
    Json(new): Json<PutTriage>,
) -> Result<axum::Json<ShownTriage>, Problem> {
    super::put(&caller, Scope::Brand(key.clone()), &key, new).await
}

/// Have new conversations of a brand asked nothing
#[utoipa::path(delete, path = "/api/v1/triage/brands/{key}", tag = "settings", params(("key" = String, Path)),
    security(("access_token" = ["manage_settings"])),
    responses((status = 204, description = "It asks nothing"), (status = 404, description = "`not_found`")))]
pub async fn delete(caller: Caller, Path(key): Path<String>) -> Result<StatusCode, Problem> {
    super::delete(&caller, Scope::Brand(key.clone()), &key).await
}
