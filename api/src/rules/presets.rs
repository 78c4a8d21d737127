//! `GET /api/v1/rules/presets`

use crate::{auth::Caller, problem::Problem};
use domain::role::Permission;
use serde::Serialize;
use serde_json::Value;

/// Rules to start from.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Presets {
    /// All of them.
    items: Vec<ShownPreset>,
}

/// A complete rule to start from.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Preset)]
pub struct ShownPreset {
    /// Stable for programs.
    key: &'static str,
    /// What the rule is called.
    name: &'static str,
    /// What it does.
    description: &'static str,
    /// The rule.
    #[schema(schema_with = crate::openapi::rule_definition)]
    definition: Value,
}

/// List rules to start from
#[utoipa::path(get, path = "/api/v1/rules/presets", tag = "rules",
    security(("access_token" = ["read_rules"])),
    responses((status = 200, description = "All of them", body = Presets)))]
pub async fn list(caller: Caller) -> Result<axum::Json<Presets>, Problem> {
    caller.begin(Permission::ReadRules).await?;
    let show = |preset: rules::Preset| {
        let definition = serde_json::to_value(&preset.definition).map_err(Problem::internal)?;
        Ok(ShownPreset { key: preset.key, name: preset.name, description: preset.description, definition })
    };
    let items = rules::presets().into_iter().map(show).collect::<Result<_, Problem>>()?;
    Ok(axum::Json(Presets { items }))
}
