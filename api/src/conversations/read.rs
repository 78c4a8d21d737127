//! `POST /api/v1/conversations/{id}/read`

use super::change;
use crate::{auth::Caller, problem::Problem, request::Path};
use domain::ConversationId;
use http::StatusCode;
use store::messages::list;

/// Mark a conversation as read
///
/// The contact's channel is told, where it shows such a thing.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/read", tag = "conversations",
    params(("id" = uuid::Uuid, Path)),
    responses((status = 204, description = "Nothing is unread"), (status = 404, description = "`not_found`")))]
pub async fn mark(caller: Caller, Path(id): Path<ConversationId>) -> Result<StatusCode, Problem> {
    let (mut change, _, _) = change(&caller, id).await?;
    let latest = list::latest_inbound(change.conn(), id).await?;
    change.mark_read(id, latest).await?;
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
