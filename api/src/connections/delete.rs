//! `DELETE /api/v1/connections/{id}`

use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
};
use domain::{ConnectionId, role::Permission};
use http::StatusCode;
use store::connections;

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the connection has conversations")]
    InUse,
    #[error(transparent)]
    Store(store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Constraint(constraint) if !constraint.unique => Self::InUse,
            error => Self::Store(error),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::InUse => Code::InUse.into(),
            Error::Store(error) => error.into(),
        }
    }
}

/// Delete a connection
///
/// With its secrets, templates and deliveries. One that has conversations can only be disabled.
#[utoipa::path(delete, path = "/api/v1/connections/{id}", tag = "connections", params(("id" = uuid::Uuid, Path)),
    responses((status = 204, description = "Deleted"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`in_use`: it has conversations")))]
pub async fn delete(caller: Caller, Path(id): Path<ConnectionId>) -> Result<StatusCode, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    if !connections::delete(&mut tx, id).await.map_err(Error::from)? {
        return Err(Code::NotFound.into());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
