//! `GET /api/v1/rules/schema`

use crate::{auth::Caller, problem::Problem};
use domain::role::Permission;
use serde_json::Value;

/// Read the schema of rule definitions
///
/// The one description that the console, the API and the command line validate with.
#[utoipa::path(get, path = "/api/v1/rules/schema", tag = "rules",
    security(("access_token" = ["read_rules"])),
    responses((status = 200, description = "A JSON Schema", body = Object)))]
pub async fn get(caller: Caller) -> Result<axum::Json<Value>, Problem> {
    caller.begin(Permission::ReadRules).await?;
    Ok(axum::Json(rules::schema::schema()))
}
