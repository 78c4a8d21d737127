//! `GET /api/v1/queue/pauses`

use super::ShownPause;
use crate::{auth::Caller, problem::Problem, queue::failed};
use domain::role::Permission;
use queue::holds;
use serde::Serialize;

/// What holds the tenant's jobs back.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Pauses {
    /// All of it, the oldest first.
    items: Vec<ShownPause>,
}

/// List what holds jobs back
///
/// Pauses of the tenant and of the operator, open circuit breakers, and connections that wait for a new authorization.
#[utoipa::path(get, path = "/api/v1/queue/pauses", tag = "queue",
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "All of it, the oldest first", body = Pauses)))]
pub async fn list(caller: Caller) -> Result<axum::Json<Pauses>, Problem> {
    let (mut tx, _) = caller.begin(Permission::OperateQueue).await?;
    let items = holds::of_tenant(&mut tx).await.map_err(failed)?.into_iter().map(ShownPause::from).collect();
    Ok(axum::Json(Pauses { items }))
}
