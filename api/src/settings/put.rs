//! `PUT /api/v1/settings`

use super::ShownSettings;
use crate::{
    auth::{Caller, Record},
    problem::{Code, Problem},
    request::{IfMatch, Json, tagged},
    surveys::ask::check_question,
};
use axum::response::Response;
use domain::{role::Permission, second_factor::Enforcement};
use serde::Deserialize;
use store::tenant_settings::{self, TenantSettings};

/// All settings: what is omitted gets its default.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSettings {
    /// Whom the tenant asks for a second factor.
    #[serde(default)]
    #[schema(schema_with = crate::openapi::second_factor_enforcement)]
    require_second_factor: Enforcement,
    /// Whether customers are asked what they think of a conversation when it is closed.
    #[serde(default)]
    ask_for_rating: bool,
    /// How they are asked, with `{link}` where the link stands; at most 2,000 characters. A plain question without it.
    #[serde(default)]
    rating_question: Option<String>,
}

/// Set the settings of the tenant
#[utoipa::path(put, path = "/api/v1/settings", tag = "settings", request_body = PutSettings,
    params(crate::openapi::IfMatch), security(("access_token" = ["manage_settings"])),
    responses((status = 200, description = "The settings as they are now, with an ETag", body = ShownSettings),
              (status = 412, description = "`precondition_failed`"),
              (status = 422, description = "`invalid`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn put(caller: Caller, if_match: IfMatch, Json(new): Json<PutSettings>) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageSettings).await?;
    let before = tenant_settings::load(change.conn()).await?;
    if_match.check(before.version)?;
    if let Some(question) = &new.rating_question {
        check_question("/rating_question", question)?;
    }
    let now = change.now();
    let new = TenantSettings {
        require_second_factor: new.require_second_factor,
        ask_for_rating: new.ask_for_rating,
        rating_question: new.rating_question,
        version: before.version,
        updated_at: None,
    };
    let after = tenant_settings::put(change.conn(), new, now).await?.ok_or(Code::PreconditionFailed)?;
    let (version, after) = (after.version, ShownSettings::from(after));
    change.commit(Record::new("settings.updated").before(ShownSettings::from(before)).after(&after)).await?;
    Ok(tagged(version, after))
}
