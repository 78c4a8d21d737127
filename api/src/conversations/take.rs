//! `POST /api/v1/conversations/{id}/take`

use super::{ShownConversation, after, change};
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
};
use domain::{ConversationId, conversation::AssignmentMethod};

/// Take a conversation
///
/// Of several agents who take it at once, one gets it; the others get `taken`. Whoever has it already keeps it.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/take", tag = "conversations",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The conversation, which is yours", body = ShownConversation),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`taken`, `conflict`, `wrong_type`")))]
pub async fn take(caller: Caller, Path(id): Path<ConversationId>) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut change, granted, _) = change(&caller, id).await?;
    match change.conversation(id).await?.assignee_id {
        Some(user) if user != granted.user => return Err(Code::Taken.into()),
        _ => change.assign(id, Some(granted.user), AssignmentMethod::Taken).await?,
    };
    change.commit().await?;
    after(&caller, id).await
}
