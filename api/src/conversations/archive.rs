//! `PUT` and `DELETE /api/v1/conversations/{id}/archive`

use super::{ShownConversation, after, change};
use crate::{auth::Caller, problem::Problem, request::Path};
use domain::ConversationId;

/// Archive a conversation
///
/// It leaves the lists, whatever its status, and comes back when its contact writes.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/archive", tag = "conversations",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The conversation as it is now", body = ShownConversation),
              (status = 404, description = "`not_found`")))]
pub async fn archive(caller: Caller, Path(id): Path<ConversationId>) -> Result<axum::Json<ShownConversation>, Problem> {
    set(&caller, id, true).await
}

/// Take a conversation out of the archive
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/archive", tag = "conversations",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The conversation as it is now", body = ShownConversation),
              (status = 404, description = "`not_found`")))]
pub async fn restore(caller: Caller, Path(id): Path<ConversationId>) -> Result<axum::Json<ShownConversation>, Problem> {
    set(&caller, id, false).await
}

async fn set(caller: &Caller, id: ConversationId, archived: bool) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut change, _, _) = change(caller, id).await?;
    change.set_archived(id, archived).await?;
    change.commit().await?;
    after(caller, id).await
}
