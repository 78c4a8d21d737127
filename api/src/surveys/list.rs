//! `GET /api/v1/conversations/{id}/surveys`

use super::ShownSurvey;
use crate::{auth::Caller, conversations::visible, problem::Problem, request::Path};
use domain::{ConversationId, role::Permission};
use store::surveys;

/// List what a customer was asked about a conversation, and what they answered
#[utoipa::path(get, path = "/api/v1/conversations/{id}/surveys", tag = "conversations",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The latest first, at most 100", body = [ShownSurvey]),
              (status = 404, description = "`not_found`")))]
pub async fn list(caller: Caller, Path(id): Path<ConversationId>) -> Result<axum::Json<Vec<ShownSurvey>>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    visible(&mut tx, &granted, id).await?;
    Ok(axum::Json(surveys::of_conversation(&mut tx, id).await?.into_iter().map(Into::into).collect()))
}
