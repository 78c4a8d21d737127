//! `GET /api/v1/plugins/{id}/versions/{version}`

use super::list::ShownPlugin;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::extract::State;
use domain::role::Permission;

/// Read one version of a plugin
#[utoipa::path(get, path = "/api/v1/plugins/{id}/versions/{version}", tag = "plugins",
    params(("id" = String, Path), ("version" = String, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The plugin in this version", body = ShownPlugin),
              (status = 404, description = "`not_found`")))]
pub async fn get(
    State(api): State<Api>,
    caller: Caller,
    Path((id, version)): Path<(String, String)>,
) -> Result<axum::Json<ShownPlugin>, Problem> {
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    let plugin = store::plugins::version(&mut *tx, &id, &version).await?.ok_or(Code::NotFound)?;
    Ok(axum::Json(ShownPlugin::of(&api, &plugin)?))
}
