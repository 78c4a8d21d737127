//! `PUT /api/v1/connections/{id}/status`

use super::{ShownConnection, required, show};
use crate::{
    auth::{Caller, Record},
    problem::Problem,
    request::{Json, Path, tagged},
    state::Api,
};
use axum::{extract::State, response::Response};
use domain::{ConnectionId, connection::ConnectionStatus, role::Permission};
use inbox::Transaction;
use serde::Deserialize;
use serde_json::json;

/// Whether a connection is to work.
#[derive(Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// It receives and sends.
    Active,
    /// What it receives is stored; nothing is sent.
    Disabled,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetConnectionStatus {
    /// Whether the connection is to work.
    status: Wanted,
}

/// Enable or disable a connection
#[utoipa::path(put, path = "/api/v1/connections/{id}/status", tag = "connections",
    request_body = SetConnectionStatus, params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The connection as it is now, with an ETag", body = ShownConnection),
              (status = 404, description = "`not_found`")))]
pub async fn set(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    Json(wanted): Json<SetConnectionStatus>,
) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageConnections).await?;
    let before = required(change.conn(), id).await?;
    let before = json!({ "status": before.status });
    let next = match wanted.status {
        Wanted::Active => ConnectionStatus::Active,
        Wanted::Disabled => ConnectionStatus::Disabled,
    };
    move_to(&mut change, id, next).await?;
    let connection = required(change.conn(), id).await?;
    let version = connection.version;
    let shown = show(&api, change.conn(), connection).await?;
    let record = Record::new("connection.status_set").of(id).before(before).after(json!({ "status": next }));
    change.commit(record).await?;
    Ok(tagged(version, shown))
}

/// Moves a connection, and says so in the event log.
pub async fn move_to(change: &mut Transaction, id: ConnectionId, next: ConnectionStatus) -> Result<(), Problem> {
    change.set_connection_status(id, next, None).await?;
    Ok(())
}
