//! `PUT` and `DELETE /api/v1/queue/pauses/connections/{id}`

use super::ShownPause;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::extract::State;
use domain::{ConnectionId, TenantId, role::Permission};
use http::StatusCode;
use queue::holds::Scope;
use store::connections;

fn scope(tenant: TenantId, connection: ConnectionId) -> Scope {
    Scope { tenant: Some(tenant), connection: Some(connection), ..Scope::default() }
}

/// Pause what calls the provider of a connection
///
/// Messages are still received; those that are to be sent wait.
#[utoipa::path(put, path = "/api/v1/queue/pauses/connections/{id}", tag = "queue", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["operate_queue"])),
    responses((status = 200, description = "No job that calls its provider starts", body = ShownPause),
              (status = 404, description = "`not_found`: no such connection")))]
pub async fn pause(caller: Caller, Path(id): Path<ConnectionId>) -> Result<axum::Json<ShownPause>, Problem> {
    let (mut change, _) = caller.administer(Permission::OperateQueue).await?;
    connections::load(change.conn(), id).await?.ok_or(Code::NotFound)?;
    super::pause(change, scope(caller.tenant, id)).await
}

/// Resume what calls the provider of a connection
///
/// A connection whose breaker is open, or that needs a new authorization, waits on.
#[utoipa::path(delete, path = "/api/v1/queue/pauses/connections/{id}", tag = "queue",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["operate_queue"])),
    responses((status = 204, description = "Resumed"), (status = 404, description = "`not_found`: not paused")))]
pub async fn resume(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
) -> Result<StatusCode, Problem> {
    let (change, _) = caller.administer(Permission::OperateQueue).await?;
    super::resume(&api, &caller, change, scope(caller.tenant, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
