//! `GET /api/v1/deliveries/{id}/body`

use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
};
use axum::response::{IntoResponse, Response};
use domain::{DeliveryId, role::Permission};
use http::header;
use store::deliveries::list;

/// Download the body of a stored webhook request
///
/// The bytes as received. What somebody else wrote is never shown by the browser as a page: it is a download.
#[utoipa::path(get, path = "/api/v1/deliveries/{id}/body", tag = "deliveries", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["replay_deliveries"])),
    responses((status = 200, description = "The bytes", content_type = "application/octet-stream", body = Vec<u8>),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<DeliveryId>) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Permission::ReplayDeliveries).await?;
    let body = list::body(&mut tx, id).await?.ok_or(Code::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"delivery-{id}\"")),
    ];
    Ok((headers, body).into_response())
}
