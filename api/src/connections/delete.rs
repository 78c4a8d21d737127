//! `DELETE /api/v1/connections/{id}`

use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
};
use domain::{ConnectionId, role::Permission};
use http::StatusCode;
use store::connections;

/// Delete a connection
///
/// With its secrets, templates and deliveries. One that has conversations can only be disabled.
#[utoipa::path(delete, path = "/api/v1/connections/{id}", tag = "connections", params(("id" = uuid::Uuid, Path)),
    responses((status = 204, description = "Deleted"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`in_use`: it has conversations")))]
pub async fn delete(caller: Caller, Path(id): Path<ConnectionId>) -> Result<StatusCode, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    if !connections::delete(&mut tx, id).await.map_err(Problem::in_use)? {
        return Err(Code::NotFound.into());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
