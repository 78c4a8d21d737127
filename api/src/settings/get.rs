//! `GET /api/v1/settings`

use super::ShownSettings;
use crate::{
    auth::{Caller, Needs},
    problem::Problem,
    request::tagged,
};
use axum::response::Response;
use store::tenant_settings;

/// Read the settings of the tenant
#[utoipa::path(get, path = "/api/v1/settings", tag = "settings",
    responses((status = 200, description = "The settings, with an ETag", body = ShownSettings)))]
pub async fn get(caller: Caller) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Needs::SignedIn).await?;
    let settings = tenant_settings::load(&mut tx).await?;
    Ok(tagged(settings.version, ShownSettings::from(settings)))
}
