//! `PUT` and `DELETE /api/v1/queue/pauses/lanes/{lane}`

use super::ShownPause;
use crate::{auth::Caller, problem::Problem, request::Path, state::Api};
use axum::extract::State;
use domain::{TenantId, job::Lane, role::Permission};
use http::StatusCode;
use queue::holds::Scope;

fn scope(tenant: TenantId, lane: Lane) -> Scope {
    Scope { tenant: Some(tenant), lane: Some(lane), ..Scope::default() }
}

/// Pause one lane of the tenant's jobs
///
/// The jobs of other tenants in the lane run on.
#[utoipa::path(put, path = "/api/v1/queue/pauses/lanes/{lane}", tag = "queue",
    params(("lane" = String, Path, description = "`live`, `automation`, `notify`, `timers` or `bulk`",
            example = "bulk")),
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "No job of this lane starts", body = ShownPause),
              (status = 404, description = "`not_found`: no such lane")))]
pub async fn pause(caller: Caller, Path(lane): Path<Lane>) -> Result<axum::Json<ShownPause>, Problem> {
    let (change, _) = caller.administer(Permission::OperateQueue).await?;
    super::pause(change, scope(caller.tenant, lane)).await
}

/// Resume one lane of the tenant's jobs
///
/// Kinds and connections that are paused for themselves stay so, and a pause of the operator that holds back everyone.
#[utoipa::path(delete, path = "/api/v1/queue/pauses/lanes/{lane}", tag = "queue", params(("lane" = String, Path)),
    security(("access_token" = ["operate_queue"])),
    responses((status = 204, description = "Resumed"), (status = 404, description = "`not_found`: not paused")))]
pub async fn resume(State(api): State<Api>, caller: Caller, Path(lane): Path<Lane>) -> Result<StatusCode, Problem> {
    let (change, _) = caller.administer(Permission::OperateQueue).await?;
    super::resume(&api, &caller, change, scope(caller.tenant, lane)).await?;
    Ok(StatusCode::NO_CONTENT)
}
