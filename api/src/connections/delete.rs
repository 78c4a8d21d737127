//! `DELETE /api/v1/connections/{id}`

use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
};
use domain::{ConnectionId, connection::ConnectionStatus, jobs::RemoveConnection, role::Permission};
use http::StatusCode;
use store::connections::{self, deletion, webhooks};

/// Delete a connection
///
/// With its secrets, templates and deliveries. Webhooks that it has registered with its provider are taken back soon
/// afterwards. One that has conversations can only be disabled.
#[utoipa::path(delete, path = "/api/v1/connections/{id}", tag = "connections", params(("id" = uuid::Uuid, Path)),
    responses((status = 204, description = "Deleted"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`in_use`: it has conversations")))]
pub async fn delete(caller: Caller, Path(id): Path<ConnectionId>) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.change(Permission::ManageConnections).await?;
    if !deletion::lock(change.conn(), id).await? {
        return Err(Code::NotFound.into());
    }
    if deletion::has_conversations(change.conn(), id).await? {
        return Err(Code::InUse.into());
    }
    if webhooks::registered(change.conn(), id).await?.is_empty() {
        connections::delete(change.conn(), id).await.map_err(Problem::in_use)?;
    } else {
        let now = change.now();
        // Switched off, so that no job waits for credentials that nobody will bring.
        change.set_connection_status(id, ConnectionStatus::Disabled, None).await?;
        deletion::hide(change.conn(), id, now).await?;
        change.enqueue(&RemoveConnection { tenant_id: caller.tenant, connection_id: id }).await?;
    }
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
