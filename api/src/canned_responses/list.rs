//! `GET /api/v1/canned-responses`

use super::ShownCanned;
use crate::{auth::Caller, problem::Problem, replies::reader, request::Query};
use domain::role::Permission;
use serde::Deserialize;
use store::replies::canned;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The beginning of a shortcut, or a part of a title.
    search: Option<String>,
}

/// List the canned responses that you may use
///
/// Everybody's, your teams', your own; at most 1,000.
#[utoipa::path(get, path = "/api/v1/canned-responses", tag = "replies", params(Params),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "By their shortcuts", body = [ShownCanned])))]
pub async fn list(caller: Caller, Query(params): Query<Params>) -> Result<axum::Json<Vec<ShownCanned>>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let search = params.search.as_deref().filter(|text| !text.is_empty());
    let found = canned::list(&mut tx, reader(&granted), search).await?;
    Ok(axum::Json(found.into_iter().map(Into::into).collect()))
}
