//! `POST` and `DELETE /api/v1/conversations/{id}/merge`

use super::{ShownConversation, after, change_with, visible};
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::{Json, Path},
};
use domain::{ConversationId, role::Permission};
use inbox::MergeError;
use serde::Deserialize;

/// Where a conversation is to go.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The conversation that is to have its messages.
    #[schema(value_type = uuid::Uuid)]
    into: ConversationId,
}

impl From<MergeError> for Problem {
    fn from(error: MergeError) -> Self {
        match error {
            MergeError::NotSupport => Code::WrongType.into(),
            MergeError::Same | MergeError::OtherContact | MergeError::AlreadyMerged | MergeError::NotMerged => {
                Self::new(Code::MergeRefused).detail(format!("{error}."))
            }
            MergeError::Other(error) => error.into(),
        }
    }
}

/// Make a conversation part of another
///
/// Both must be with the same contact. Its messages and tags go to the other, where they stand in the order of time; it
/// is closed, and whoever asks for it is led to the other.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/merge", tag = "conversations", request_body = Merge,
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["merge_conversations"])),
    responses((status = 200, description = "The conversation that has all messages now", body = ShownConversation),
              (status = 403, description = "`forbidden`"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`merge_refused`, `wrong_type`")))]
pub async fn merge(
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(Merge { into }): Json<Merge>,
) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut change, granted) = caller.change(Permission::MergeConversations).await?;
    visible(change.conn(), &granted, id).await?;
    visible(change.conn(), &granted, into).await?;
    change.merge(id, into).await?;
    change.commit().await?;
    after(&caller, into).await
}

/// Take a merge back
///
/// The messages that went come back; what was written since stays where it is.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/merge", tag = "conversations",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["merge_conversations"])),
    responses((status = 200, description = "The conversation as it was", body = ShownConversation),
              (status = 403, description = "`forbidden`"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`merge_refused`: it has not been merged")))]
pub async fn unmerge(caller: Caller, Path(id): Path<ConversationId>) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut change, _, _) = change_with(&caller, Permission::MergeConversations, id).await?;
    change.unmerge(id).await?;
    change.commit().await?;
    after(&caller, id).await
}
