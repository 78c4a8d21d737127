//! `GET /api/v1/connections/{id}`

use super::{ShownConnection, required, show};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Path, tagged},
    state::Api,
};
use axum::{extract::State, response::Response};
use domain::{ConnectionId, role::Permission};

/// Read a connection
#[utoipa::path(get, path = "/api/v1/connections/{id}", tag = "connections", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The connection, with an ETag", body = ShownConnection),
              (status = 404, description = "`not_found`")))]
pub async fn get(State(api): State<Api>, caller: Caller, Path(id): Path<ConnectionId>) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let connection = required(&mut tx, id).await?;
    let version = connection.version;
    Ok(tagged(version, show(&api, &mut tx, connection).await?))
}
