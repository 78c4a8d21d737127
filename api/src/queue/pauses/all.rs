//! `PUT` and `DELETE /api/v1/queue/pauses/all`

use super::ShownPause;
use crate::{auth::Caller, problem::Problem, state::Api};
use axum::extract::State;
use domain::{TenantId, role::Permission};
use http::StatusCode;
use queue::holds::Scope;

fn scope(tenant: TenantId) -> Scope {
    Scope { tenant: Some(tenant), ..Scope::default() }
}

/// Pause all jobs of the tenant
///
/// Webhooks are still stored, and answered.
#[utoipa::path(put, path = "/api/v1/queue/pauses/all", tag = "queue",
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "No job of the tenant starts", body = ShownPause)))]
pub async fn pause(caller: Caller) -> Result<axum::Json<ShownPause>, Problem> {
    let (change, _) = caller.administer(Permission::OperateQueue).await?;
    super::pause(change, scope(caller.tenant)).await
}

/// Resume the jobs of the tenant
///
/// Lanes, kinds and connections that are paused for themselves stay so.
#[utoipa::path(delete, path = "/api/v1/queue/pauses/all", tag = "queue",
    security(("access_token" = ["operate_queue"])),
    responses((status = 204, description = "Resumed"), (status = 404, description = "`not_found`: not paused")))]
pub async fn resume(State(api): State<Api>, caller: Caller) -> Result<StatusCode, Problem> {
    let (change, _) = caller.administer(Permission::OperateQueue).await?;
    super::resume(&api, &caller, change, scope(caller.tenant)).await?;
    Ok(StatusCode::NO_CONTENT)
}
