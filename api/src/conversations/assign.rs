//! `PUT /api/v1/conversations/{id}/assignee`

use super::{ShownConversation, after, change};
use crate::{
    auth::{Caller, Granted},
    problem::Problem,
    request::{Json, Path},
};
use domain::{ConversationId, UserId, conversation::AssignmentMethod, role::Permission};
use inbox::Transaction;
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
/// Everybody may take what nobody has, and give back what they have; giving it to others, or taking it from them, needs
/// the permission `assign_conversations`.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/assignee", tag = "conversations", request_body = Assign,
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The conversation as it is now", body = ShownConversation),
              (status = 403, description = "`forbidden`"),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`conflict`: somebody else has taken it; `wrong_type`"),
              (status = 422, description = "`invalid`: no such person")))]
pub async fn assign(
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(Assign { user_id }): Json<Assign>,
) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut change, granted, _) = change(&caller, id).await?;
    give(&mut change, &granted, id, user_id).await?;
    change.commit().await?;
    after(&caller, id).await
}

/// Gives a conversation to an active person, or to nobody, if that is the business of whoever does it.
pub async fn give(
    change: &mut Transaction,
    granted: &Granted,
    id: ConversationId,
    user: Option<UserId>,
) -> Result<bool, Problem> {
    let has_it = change.conversation(id).await?.assignee_id;
    if [has_it, user].into_iter().flatten().any(|user| user != granted.user) {
        granted.must(Permission::AssignConversations)?;
    }
    if let Some(user) = user {
        users::load(change.conn(), user).await?.filter(|user| user.active).ok_or(Error::UnknownUser)?;
    }
    let method = if user == Some(granted.user) { AssignmentMethod::Taken } else { AssignmentMethod::Manual };
    Ok(change.assign(id, user, method).await?)
}
