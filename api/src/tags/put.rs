//! `PUT /api/v1/tags/{name}`

use super::ShownTag;
use crate::{
    auth::Caller,
    conversations::tags::check,
    problem::Problem,
    request::{Json, Path},
    state::Api,
};
use axum::extract::State;
use domain::{TeamId, role::Permission};
use serde::Deserialize;
use store::{
    tags::{self, Tag},
    teams,
};

/// What is to be known about a tag.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutTag {
    /// The team whose people alone add it; anybody without one.
    #[schema(value_type = Option<uuid::Uuid>)]
    team_id: Option<TeamId>,
    /// How it looks, as `#rrggbb`.
    #[schema(example = "#2f6fed", pattern = "^#[0-9A-Fa-f]{6}$")]
    color: Option<String>,
}

/// Make a tag, or change whose it is and how it looks
#[utoipa::path(put, path = "/api/v1/tags/{name}", tag = "settings", request_body = PutTag,
    params(("name" = String, Path, description = "1 to 100 characters", min_length = 1, max_length = 100)),
    security(("access_token" = ["manage_tags"])),
    responses((status = 200, description = "The tag", body = ShownTag), (status = 422, description = "`invalid`")))]
pub async fn put(
    State(api): State<Api>,
    caller: Caller,
    Path(name): Path<String>,
    Json(PutTag { team_id, color }): Json<PutTag>,
) -> Result<axum::Json<ShownTag>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageTags).await?;
    let name = check(&name)?.to_owned();
    let color = color.map(|color| color.to_lowercase());
    if !color.as_deref().is_none_or(is_color) {
        return Err(Problem::field("/color", "color", "must look like #2f6fed"));
    }
    if let Some(team) = team_id
        && teams::load(&mut tx, team).await?.is_none()
    {
        return Err(Problem::field("/team_id", "unknown_team", "is not a team of this tenant"));
    }
    let tag = Tag { name, team_id, color };
    tags::put(&mut tx, caller.tenant, &tag, api.now()).await?;
    tx.commit().await?;
    Ok(axum::Json(tag.into()))
}

fn is_color(color: &str) -> bool {
    let digits = color.strip_prefix('#');
    digits.is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}
