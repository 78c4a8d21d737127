//! `GET /api/v1/triage`

use super::ShownTriage;
use crate::{auth::Caller, problem::Problem};
use domain::role::Permission;
use store::triage;

/// List what new conversations are asked
#[utoipa::path(get, path = "/api/v1/triage", tag = "settings",
    security(("access_token" = ["manage_settings"])),
    responses((status = 200, description = "Those of connections first", body = [ShownTriage])))]
pub async fn list(caller: Caller) -> Result<axum::Json<Vec<ShownTriage>>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageSettings).await?;
    let flows = triage::list(&mut tx).await?.into_iter();
    Ok(axum::Json(flows.map(|(scope, flow)| ShownTriage::new(&scope, flow)).collect()))
}
