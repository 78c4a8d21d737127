//! `PUT` and `DELETE /api/v1/conversations/{id}/tags/{tag}`

use super::{ShownConversation, after, change};
use crate::{auth::Caller, problem::Problem, request::Path};
use domain::ConversationId;

/// Add a tag
#[utoipa::path(put, path = "/api/v1/conversations/{id}/tags/{tag}", tag = "conversations",
    params(("id" = uuid::Uuid, Path), ("tag" = String, Path)),
    responses((status = 200, description = "The conversation as it is now", body = ShownConversation),
              (status = 404, description = "`not_found`"),
              (status = 422, description = "`invalid`: 1 to 100 characters")))]
pub async fn add(
    caller: Caller,
    Path((id, tag)): Path<(ConversationId, String)>,
) -> Result<axum::Json<ShownConversation>, Problem> {
    let tag = tag.trim();
    if tag.is_empty() || tag.chars().count() > 100 {
        return Err(Problem::field("", "length", "a tag has 1 to 100 characters"));
    }
    let (mut change, _, _) = change(&caller, id).await?;
    change.add_tag(id, tag).await?;
    change.commit().await?;
    after(&caller, id).await
}

/// Remove a tag
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/tags/{tag}", tag = "conversations",
    params(("id" = uuid::Uuid, Path), ("tag" = String, Path)),
    responses((status = 200, description = "The conversation as it is now", body = ShownConversation),
              (status = 404, description = "`not_found`")))]
pub async fn remove(
    caller: Caller,
    Path((id, tag)): Path<(ConversationId, String)>,
) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut change, _, _) = change(&caller, id).await?;
    change.remove_tag(id, tag.trim()).await?;
    change.commit().await?;
    after(&caller, id).await
}
