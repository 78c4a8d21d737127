//! `GET /api/v1/macros`

use super::ShownMacro;
use crate::{auth::Caller, problem::Problem, replies::reader};
use domain::role::Permission;
use store::replies::macros;

/// List the macros that you may run
///
/// Everybody's, your teams', your own; at most 1,000.
#[utoipa::path(get, path = "/api/v1/macros", tag = "replies",
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "By their names", body = [ShownMacro])))]
pub async fn list(caller: Caller) -> Result<axum::Json<Vec<ShownMacro>>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let found = macros::list(&mut tx, reader(&granted)).await?;
    Ok(axum::Json(found.into_iter().map(ShownMacro::of).collect::<Result<_, _>>()?))
}
