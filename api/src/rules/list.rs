//! `GET /api/v1/rules`

use super::ShownRule;
use crate::{auth::Caller, problem::Problem};
use domain::role::Permission;
use serde::Serialize;
use store::rules;

/// The rules of the tenant.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Rules {
    /// All of them, in the order in which they are asked.
    pub items: Vec<ShownRule>,
}

/// List the rules
#[utoipa::path(get, path = "/api/v1/rules", tag = "rules",
    security(("access_token" = ["read_rules"])),
    responses((status = 200, description = "All of them, in the order in which they are asked", body = Rules)))]
pub async fn list(caller: Caller) -> Result<axum::Json<Rules>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ReadRules).await?;
    let items = rules::list(&mut tx).await?.into_iter().map(ShownRule::from).collect();
    Ok(axum::Json(Rules { items }))
}
