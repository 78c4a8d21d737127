//! `PUT /api/v1/conversations/{id}/messages/{message_id}/reaction`

use super::{change_by_writer, send};
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::{Json, Path},
    state::Api,
};
use axum::extract::State;
use domain::{ConversationId, MessageId, jobs::SendReaction, message::Direction};
use http::StatusCode;
use plugin_sdk::OutboundContent;
use serde::Deserialize;
use store::messages;

/// A reaction.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct React {
    /// What to show on the message; `null` takes it back.
    #[schema(example = "👍")]
    emoji: Option<String>,
}

/// React to a message of the contact, or to what somebody said internally
#[utoipa::path(put, path = "/api/v1/conversations/{id}/messages/{message_id}/reaction", tag = "conversations",
    request_body = React, params(("id" = uuid::Uuid, Path), ("message_id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 202, description = "A worker sends it"),
              (status = 204, description = "The others see it"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`window_closed`, `connection_unusable`")))]
pub async fn react(
    State(api): State<Api>,
    caller: Caller,
    Path((id, message_id)): Path<(ConversationId, MessageId)>,
    Json(React { emoji }): Json<React>,
) -> Result<StatusCode, Problem> {
    if emoji.as_ref().is_some_and(|emoji| emoji.is_empty() || emoji.len() > 64) {
        return Err(Problem::field("/emoji", "emoji", "must be one emoji, or null"));
    }
    let (mut change, granted, conversation) = change_by_writer(&caller, id).await?;
    let message = messages::list::one(change.conn(), id, message_id).await?.ok_or(Code::NotFound)?;
    if message.direction == Direction::Internal {
        change.react(id, message_id, granted.user, emoji.as_deref()).await?;
        change.commit().await?;
        return Ok(StatusCode::NO_CONTENT);
    }
    if message.direction != Direction::Inbound || message.external_id.is_none() {
        return Err(Code::NotFound.into());
    }
    let content = OutboundContent::Reaction { target: String::new(), emoji: emoji.clone() };
    let window = send::window(&api, &mut change, &conversation, &content).await?;
    let open = window.map_or(Ok(()), |window| window.check(conversation.last_inbound_at, change.now()));
    if let Err(closed) = open {
        return Err(send::refused(&mut change, &conversation, closed.into()).await);
    }
    let connection_id = message.connection_id.ok_or(Code::NotFound)?;
    change.enqueue(&SendReaction { tenant_id: caller.tenant, message_id, connection_id, emoji }).await?;
    change.commit().await?;
    Ok(StatusCode::ACCEPTED)
}
