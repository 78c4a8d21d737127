//! `POST /api/v1/conversations/{id}/messages/{message_id}/retry`

use super::{ShownMessage, change};
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
};
use domain::{ConversationId, MessageId};
use store::messages;

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the message has not failed and is not unconfirmed")]
    NotRetryable,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotRetryable => Code::NotRetryable.into(),
        }
    }
}

/// Send a message once more
///
/// For one that failed, or whose fate is unknown: then the contact may get it twice, which is why only a person
/// decides it.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages/{message_id}/retry", tag = "conversations",
    params(("id" = uuid::Uuid, Path), ("message_id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "Queued again", body = ShownMessage),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`not_retryable`")))]
pub async fn retry(
    caller: Caller,
    Path((id, message_id)): Path<(ConversationId, MessageId)>,
) -> Result<axum::Json<ShownMessage>, Problem> {
    let (mut change, _, _) = change(&caller, id).await?;
    messages::list::one(change.conn(), id, message_id).await?.ok_or(Code::NotFound)?;
    if !change.retry_message(id, message_id).await? {
        return Err(Error::NotRetryable.into());
    }
    let message = messages::list::one(change.conn(), id, message_id).await?.ok_or(Code::NotFound)?;
    change.commit().await?;
    Ok(axum::Json(message.into()))
}
