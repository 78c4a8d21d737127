//! `GET /api/v1/deliveries/{id}`

use super::ShownDelivery;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
};
use domain::{DeliveryId, role::Permission};
use store::deliveries::list;

/// Read a stored webhook request
#[utoipa::path(get, path = "/api/v1/deliveries/{id}", tag = "deliveries", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["replay_deliveries"])),
    responses((status = 200, description = "The request, without its body", body = ShownDelivery),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<DeliveryId>) -> Result<axum::Json<ShownDelivery>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ReplayDeliveries).await?;
    Ok(axum::Json(list::one(&mut tx, id).await?.ok_or(Code::NotFound)?.into()))
}
