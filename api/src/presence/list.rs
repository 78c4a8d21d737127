//! `GET /api/v1/presence`

use super::ShownPresence;
use crate::{auth::Caller, problem::Problem, state::Api};
use axum::extract::State;
use domain::role::Permission;
use store::presence;

/// Who is there?
///
/// Everybody who has ever been, and how they are there now.
#[utoipa::path(get, path = "/api/v1/presence", tag = "presence",
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "By their ids", body = [ShownPresence])))]
pub async fn list(State(api): State<Api>, caller: Caller) -> Result<axum::Json<Vec<ShownPresence>>, Problem> {
    let (mut tx, _) = caller.begin(Permission::WorkConversations).await?;
    let present = presence::list(&mut tx, caller.tenant, api.now()).await?;
    Ok(axum::Json(present.into_iter().map(Into::into).collect()))
}
