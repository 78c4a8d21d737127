//! `DELETE /api/v1/endpoints/{id}`

use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
};
use domain::{EndpointId, role::Permission};
use http::StatusCode;
use store::endpoints;

/// Delete an endpoint
///
/// With the requests that wait there for a connection.
#[utoipa::path(delete, path = "/api/v1/endpoints/{id}", tag = "connections", params(("id" = uuid::Uuid, Path)),
    responses((status = 204, description = "Deleted"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`in_use`: connections depend on it")))]
pub async fn delete(caller: Caller, Path(id): Path<EndpointId>) -> Result<StatusCode, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    if !endpoints::delete(&mut tx, id).await.map_err(Problem::in_use)? {
        return Err(Code::NotFound.into());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
