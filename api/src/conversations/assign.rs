//! `PUT /api/v1/conversations/{id}/assignee`

use super::{ShownConversation, after, change};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Json, Path},
};
use domain::{ConversationId, UserId};
use serde::Deserialize;
use store::users;

/// Who is to have the conversation.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// A person, or `null` for nobody.
    #[schema(value_type = Option<uuid::Uuid>)]
    user_id: Option<UserId>,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("no such person, or one who is not active")]
    UnknownUser,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::UnknownUser => Self::field("/user_id", "unknown_user", "is not an active person of this tenant"),
        }
    }
}

/// Give a conversation to somebody, or to nobody
///
/// Of several agents who take the same conversation at once, one gets it; the others get a conflict.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/assignee", tag = "conversations", request_body = Assign,
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The conversation as it is now", body = ShownConversation),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`conflict`: somebody else has taken it"),
              (status = 422, description = "`invalid`: no such person")))]
pub async fn assign(
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(Assign { user_id }): Json<Assign>,
) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut change, _, _) = change(&caller, id).await?;
    if let Some(user) = user_id {
        let user = users::load(change.conn(), user).await?;
        user.filter(|user| user.active).ok_or(Error::UnknownUser)?;
    }
    change.assign(id, user_id).await?;
    change.commit().await?;
    after(&caller, id).await
}
