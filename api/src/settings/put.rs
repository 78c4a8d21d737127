//! `PUT /api/v1/settings`

use super::ShownSettings;
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::{IfMatch, Json, tagged},
};
use axum::response::Response;
use domain::{role::Permission, second_factor::Enforcement};
use serde::Deserialize;
use store::tenant_settings;

/// All settings: what is omitted gets its default.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSettings {
    /// Whom the tenant asks for a second factor.
    #[serde(default)]
    #[schema(schema_with = crate::openapi::second_factor_enforcement)]
    require_second_factor: Enforcement,
}

/// Set the settings of the tenant
#[utoipa::path(put, path = "/api/v1/settings", tag = "settings", request_body = PutSettings,
    params(crate::openapi::IfMatch), security(("access_token" = ["manage_settings"])),
    responses((status = 200, description = "The settings as they are now, with an ETag", body = ShownSettings),
              (status = 412, description = "`precondition_failed`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn put(caller: Caller, if_match: IfMatch, Json(new): Json<PutSettings>) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageSettings).await?;
    let before = tenant_settings::load(change.conn()).await?;
    if_match.check(before.version)?;
    let now = change.now();
    let after = tenant_settings::put(change.conn(), new.require_second_factor, before.version, now);
    let after = after.await?.ok_or(Code::PreconditionFailed)?;
    let (version, after) = (after.version, ShownSettings::from(after));
    change.commit(Record::new("settings.updated").before(ShownSettings::from(before)).after(&after)).await?;
    Ok(tagged(version, after))
}
