//! `DELETE /api/v1/connections/{id}`

use super::{required, show};
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::extract::State;
use domain::{ConnectionId, connection::ConnectionStatus, jobs::RemoveConnection, role::Permission};
use http::StatusCode;
use store::connections::{self, deletion, webhooks};

/// Delete a connection
///
/// With its secrets, templates and deliveries. Webhooks that it has registered with its provider are taken back soon
/// afterwards. One that has conversations can only be disabled.
#[utoipa::path(delete, path = "/api/v1/connections/{id}", tag = "connections", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 204, description = "Deleted"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`in_use`: it has conversations")))]
pub async fn delete(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageConnections).await?;
    if !deletion::lock(change.conn(), id).await? {
        return Err(Code::NotFound.into());
    }
    if deletion::has_conversations(change.conn(), id).await? {
        return Err(Code::InUse.into());
    }
    let connection = required(change.conn(), id).await?;
    let before = show(&api, change.conn(), connection).await?;
    if webhooks::registered(change.conn(), id).await?.is_empty() {
        connections::delete(change.conn(), id).await.map_err(Problem::in_use)?;
    } else {
        let now = change.now();
        // Switched off, so that no job waits for credentials that nobody will bring.
        change.set_connection_status(id, ConnectionStatus::Disabled, None).await?;
        deletion::hide(change.conn(), id, now).await?;
        change.enqueue(&RemoveConnection { tenant_id: caller.tenant, connection_id: id }).await?;
    }
    change.commit(Record::new("connection.deleted").of(id).before(before)).await?;
    Ok(StatusCode::NO_CONTENT)
}
