//! `DELETE /api/v1/endpoints/{id}`

use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::Path,
};
use domain::{EndpointId, role::Permission};
use http::StatusCode;
use serde_json::json;
use store::endpoints;

/// Delete an endpoint
///
/// With the requests that wait there for a connection.
#[utoipa::path(delete, path = "/api/v1/endpoints/{id}", tag = "connections", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 204, description = "Deleted"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`in_use`: connections depend on it")))]
pub async fn delete(caller: Caller, Path(id): Path<EndpointId>) -> Result<StatusCode, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageConnections).await?;
    let endpoint = endpoints::load(change.conn(), id).await?.ok_or(Code::NotFound)?;
    let before = json!({ "name": endpoint.name, "plugin_id": endpoint.plugin_id, "settings": endpoint.settings });
    if !endpoints::delete(change.conn(), id).await.map_err(Problem::in_use)? {
        return Err(Code::NotFound.into());
    }
    change.commit(Record::new("endpoint.deleted").of(id).before(before)).await?;
    Ok(StatusCode::NO_CONTENT)
}
