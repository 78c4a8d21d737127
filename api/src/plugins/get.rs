//! `GET /api/v1/plugins/{id}`

use super::list::ShownPlugin;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
    state::Api,
};
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::role::Permission;
use serde::Serialize;

/// A plugin with all its versions.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PluginDetail {
    #[serde(flatten)]
    plugin: ShownPlugin,
    /// What is installed, the newest first. Connections may hold any of them.
    versions: Vec<PluginVersion>,
}

/// A version of a plugin.
#[derive(Serialize, utoipa::ToSchema)]
pub struct PluginVersion {
    /// Which.
    version: String,
    /// Since when it is there.
    installed_at: DateTime<Utc>,
}

/// Read a plugin
///
/// In the version that new connections get.
#[utoipa::path(get, path = "/api/v1/plugins/{id}", tag = "plugins", params(("id" = String, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The plugin", body = PluginDetail),
              (status = 404, description = "`not_found`")))]
pub async fn get(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<PluginDetail>, Problem> {
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    let plugin = store::plugins::current(&mut *tx, &id).await?.ok_or(Code::NotFound)?;
    let versions = store::plugins::versions(&mut *tx, &id).await?;
    let versions = versions
        .into_iter()
        .map(|plugin| PluginVersion { version: plugin.version, installed_at: plugin.installed_at })
        .collect();
    Ok(axum::Json(PluginDetail { plugin: ShownPlugin::of(&api, &plugin)?, versions }))
}
