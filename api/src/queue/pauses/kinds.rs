//! `PUT` and `DELETE /api/v1/queue/pauses/kinds/{kind}`

use super::ShownPause;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::extract::State;
use domain::{TenantId, jobs::KINDS, role::Permission};
use http::StatusCode;
use queue::holds::Scope;

fn scope(tenant: TenantId, kind: String) -> Scope {
    Scope { tenant: Some(tenant), kind: Some(kind), ..Scope::default() }
}

/// Pause one kind of the tenant's jobs
#[utoipa::path(put, path = "/api/v1/queue/pauses/kinds/{kind}", tag = "queue",
    params(("kind" = String, Path, example = "send-message")),
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "No job of this kind starts", body = ShownPause),
              (status = 404, description = "`not_found`: no such kind of job")))]
pub async fn pause(caller: Caller, Path(kind): Path<String>) -> Result<axum::Json<ShownPause>, Problem> {
    let (change, _) = caller.administer(Permission::OperateQueue).await?;
    // Every claim looks at every hold: there are no more of them than there are kinds.
    if !KINDS.iter().any(|known| known.name == kind) {
        return Err(Code::NotFound.into());
    }
    super::pause(change, scope(caller.tenant, kind)).await
}

/// Resume one kind of the tenant's jobs
#[utoipa::path(delete, path = "/api/v1/queue/pauses/kinds/{kind}", tag = "queue", params(("kind" = String, Path)),
    security(("access_token" = ["operate_queue"])),
    responses((status = 204, description = "Resumed"), (status = 404, description = "`not_found`: not paused")))]
pub async fn resume(State(api): State<Api>, caller: Caller, Path(kind): Path<String>) -> Result<StatusCode, Problem> {
    let (change, _) = caller.administer(Permission::OperateQueue).await?;
    super::resume(&api, &caller, change, scope(caller.tenant, kind)).await?;
    Ok(StatusCode::NO_CONTENT)
}
