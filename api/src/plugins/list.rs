//! `GET /api/v1/plugins`

use crate::{auth::Caller, problem::Problem, state::Api};
use axum::extract::State;
use domain::role::Permission;
use manifest::{FieldHints, Named};
use serde::Serialize;
use serde_json::Value;
use store::plugins::Plugin;

/// An installed plugin.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Plugin)]
pub struct ShownPlugin {
    /// Names it for ever.
    id: String,
    /// What people call it.
    name: String,
    /// Its version.
    version: String,
    /// What it does.
    description: String,
    /// The parts of a plugin that it has, such as `channel`.
    #[schema(value_type = Vec<String>)]
    interfaces: Value,
    /// Whether providers post webhooks to it.
    has_webhook: bool,
    /// JSON Schema (draft-07, with `x-` hints) of a connection's settings, for the form.
    #[schema(value_type = Object)]
    settings_schema: Value,
    /// The `x-` hints of that schema, field by field in the order of a form.
    #[schema(schema_with = crate::openapi::list_of_hints)]
    settings_hints: Vec<FieldHints>,
    /// JSON Schema of what an endpoint is set up with.
    #[schema(value_type = Object)]
    endpoint_schema: Value,
    /// The `x-` hints of that schema.
    #[schema(schema_with = crate::openapi::list_of_hints)]
    endpoint_hints: Vec<FieldHints>,
    /// What it may do.
    #[schema(schema_with = crate::openapi::list_of_capabilities)]
    capabilities: Vec<Named>,
}

impl ShownPlugin {
    /// What is shown of a plugin.
    pub fn of(api: &Api, plugin: &Plugin) -> Result<Self, Problem> {
        let compiled = api.manifests.of(plugin).map_err(Problem::internal)?;
        let manifest = &compiled.manifest;
        Ok(Self {
            id: manifest.id.clone(),
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            description: manifest.description.clone(),
            interfaces: serde_json::to_value(&manifest.interfaces).map_err(Problem::internal)?,
            has_webhook: manifest.webhook.is_some(),
            settings_schema: manifest.settings.clone(),
            settings_hints: compiled.settings.hints(),
            endpoint_schema: manifest.endpoint_settings.clone(),
            endpoint_hints: compiled.endpoint.hints(),
            capabilities: manifest::capabilities(manifest),
        })
    }
}

/// The installed plugins.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Plugins {
    /// All of them, by id.
    items: Vec<ShownPlugin>,
}

/// List the installed plugins
#[utoipa::path(get, path = "/api/v1/plugins", tag = "plugins",
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "All of them, with the schemas of their settings", body = Plugins)))]
pub async fn list(State(api): State<Api>, caller: Caller) -> Result<axum::Json<Plugins>, Problem> {
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    let plugins = store::plugins::list(&mut *tx).await?;
    let items = plugins.iter().map(|plugin| ShownPlugin::of(&api, plugin)).collect::<Result<_, _>>()?;
    Ok(axum::Json(Plugins { items }))
}
