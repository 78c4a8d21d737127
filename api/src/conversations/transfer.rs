//! `PUT /api/v1/conversations/{id}/team`

use super::{ShownConversation, after, change};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Json, Path},
};
use domain::{ConversationId, TeamId, role::Permission};
use serde::Deserialize;
use store::teams;

/// Whose queue the conversation is to wait in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// A team, or `null` for none.
    #[schema(value_type = Option<uuid::Uuid>)]
    team_id: Option<TeamId>,
    /// Why, for whoever takes it.
    note: Option<String>,
}

/// Hand a conversation to another team
///
/// It waits in that team's queue, and nobody has it. Whoever has it may hand it on; others need the permission
/// `assign_conversations`.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/team", tag = "conversations", request_body = Transfer,
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The conversation as it is now", body = ShownConversation),
              (status = 403, description = "`forbidden`"),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`conflict`, `wrong_type`"),
              (status = 422, description = "`invalid`: no such team")))]
pub async fn transfer(
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(Transfer { team_id, note }): Json<Transfer>,
) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut change, granted, _) = change(&caller, id).await?;
    if change.conversation(id).await?.assignee_id != Some(granted.user) {
        granted.must(Permission::AssignConversations)?;
    }
    check_team(&mut change, team_id).await?;
    change.transfer(id, team_id, note.as_deref()).await?;
    change.commit().await?;
    after(&caller, id).await
}

/// Refuses a team that does not exist.
pub async fn check_team(change: &mut inbox::Transaction, team: Option<TeamId>) -> Result<(), Problem> {
    let Some(team) = team else { return Ok(()) };
    match teams::load(change.conn(), team).await? {
        Some(_) => Ok(()),
        None => Err(Problem::field("/team_id", "unknown_team", "is not a team of this tenant")),
    }
}
