//! `POST /api/v1/conversations/{id}/escalations`

use super::{ShownConversation, after, change};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Json, Path},
};
use domain::ConversationId;
use serde::Deserialize;

/// Why a conversation needs more than whoever has it can do.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Escalate {
    /// For whoever looks at it: 1 to 1,000 characters.
    reason: String,
}

/// Escalate a conversation
///
/// A second time changes nothing.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/escalations", tag = "conversations", request_body = Escalate,
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The conversation as it is now", body = ShownConversation),
              (status = 404, description = "`not_found`"), (status = 422, description = "`invalid`")))]
pub async fn escalate(
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(Escalate { reason }): Json<Escalate>,
) -> Result<axum::Json<ShownConversation>, Problem> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 1_000 {
        return Err(Problem::field("/reason", "length", "must have 1 to 1000 characters"));
    }
    let (mut change, _, _) = change(&caller, id).await?;
    change.escalate(id, reason).await?;
    change.commit().await?;
    after(&caller, id).await
}
