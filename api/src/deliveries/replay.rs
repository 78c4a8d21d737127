//! `POST /api/v1/deliveries/{id}/replay`

use super::ShownDelivery;
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::Path,
};
use axum::response::{IntoResponse, Response};
use domain::{DeliveryId, jobs::ProcessDelivery, role::Permission};
use http::StatusCode;
use store::deliveries::list;

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the delivery waits for a worker already")]
    Waiting,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Waiting => Self::new(Code::Conflict).detail("The delivery waits for a worker already."),
        }
    }
}

/// Process a stored webhook request again
///
/// What it has brought before it does not bring twice.
#[utoipa::path(post, path = "/api/v1/deliveries/{id}/replay", tag = "deliveries",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["replay_deliveries"])),
    responses((status = 202, description = "A worker will take it", body = ShownDelivery),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`conflict`: it waits already")))]
pub async fn replay(caller: Caller, Path(id): Path<DeliveryId>) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ReplayDeliveries).await?;
    let delivery = list::one(change.conn(), id).await?.ok_or(Code::NotFound)?;
    if !list::reset(change.conn(), id).await? {
        return Err(Error::Waiting.into());
    }
    // A key of its own: a replay that fails again must hold nobody back.
    let key = ProcessDelivery::key_of(delivery.connection_id, &id.to_string());
    change.enqueue(&ProcessDelivery { tenant_id: caller.tenant, delivery_id: id, key }).await?;
    let delivery = list::one(change.conn(), id).await?.ok_or(Code::NotFound)?;
    change.commit(Record::new("delivery.replayed").of(id)).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(ShownDelivery::from(delivery))).into_response())
}
