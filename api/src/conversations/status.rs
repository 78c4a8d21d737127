//! `PUT /api/v1/conversations/{id}/status`

use super::{ShownConversation, after, change};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Json, Path},
};
use domain::{ConversationId, conversation::Status};
use serde::Deserialize;

/// Where a conversation is to stand.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetStatus {
    /// Nothing returns to `new`; a closed conversation is only opened again.
    #[schema(schema_with = crate::openapi::conversation_status)]
    status: Status,
}

/// Move a conversation
#[utoipa::path(put, path = "/api/v1/conversations/{id}/status", tag = "conversations", request_body = SetStatus,
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The conversation as it is now", body = ShownConversation),
              (status = 404, description = "`not_found`"),
              (status = 422, description = "`invalid`: it may not become that")))]
pub async fn set(
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(SetStatus { status }): Json<SetStatus>,
) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut change, _, _) = change(&caller, id).await?;
    change.set_status(id, status).await?;
    change.commit().await?;
    after(&caller, id).await
}
