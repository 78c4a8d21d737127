//! What people say where no channel hears it: notes, channels, direct messages, tickets.

use super::{ShownMessage, change, change_by_writer};
use crate::{
    auth::Caller,
    problem::{Code, FieldProblem, Problem},
    request::{Creation, Json, Path},
};
use axum::response::Response;
use domain::{ConversationId, MessageId, UserId, mention, role::Permission};
use http::StatusCode;
use inbox::{Internal, InternalError, Transaction, Writer};
use plugin_sdk::Content;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{messages, users};

/// The longest text.
const LONGEST: usize = 50_000;
/// The most people that one message speaks to.
const MOST_MENTIONS: usize = 50;

/// Something to say among people of the tenant.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Say {
    /// 1 to 50,000 characters. `@name` speaks to somebody.
    text: String,
    /// The message of this conversation that it is said under.
    #[schema(value_type = Option<uuid::Uuid>)]
    thread_id: Option<MessageId>,
    /// Whom it speaks to, besides those that the text names.
    #[serde(default)]
    #[schema(value_type = Vec<uuid::Uuid>)]
    mentions: Vec<UserId>,
}

/// Another wording.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reword {
    /// 1 to 50,000 characters.
    text: String,
}

/// A text, ready to be said.
struct Wording {
    content: Value,
    preview: String,
    mentions: Vec<UserId>,
}

impl Wording {
    /// Finds out whom a text speaks to.
    async fn of(change: &mut Transaction, text: &str, besides: &[UserId]) -> Result<Self, Problem> {
        if text.trim().is_empty() || text.chars().count() > LONGEST {
            return Err(Problem::field("/text", "length", "must have 1 to 50000 characters"));
        }
        let mut mentions = Vec::new();
        if text.contains('@') || !besides.is_empty() {
            let people = users::names(change.conn()).await?;
            let stranger = besides.iter().position(|user| !people.iter().any(|(id, _)| id == user));
            if let Some(place) = stranger {
                let pointer = format!("/mentions/{place}");
                let problem = FieldProblem::new(&pointer, "unknown_user", "is not an active person of this tenant");
                return Err(Problem::invalid(vec![problem]));
            }
            mentions = mention::mentions(text, people.iter().map(|(id, name)| (*id, name.as_str())));
            mentions.extend(besides.iter().copied().filter(|user| !mentions.contains(user)).collect::<Vec<_>>());
        }
        if mentions.len() > MOST_MENTIONS {
            return Err(Problem::field("/text", "too_many_mentions", "must speak to 50 people at most"));
        }
        let content = Content::Text { text: text.to_owned() };
        Ok(Self { preview: content.preview(), content: json!(content), mentions })
    }

    fn said(&self, writer: UserId, thread: Option<MessageId>) -> Internal<'_> {
        Internal {
            content: &self.content,
            content_type: "text",
            preview: &self.preview,
            writer: Writer::User(writer),
            thread,
            mentions: &self.mentions,
            origin_key: None,
        }
    }
}

impl From<InternalError> for Problem {
    fn from(error: InternalError) -> Self {
        match error {
            InternalError::UnknownThread => {
                Self::field("/thread_id", "unknown_message", "is not a message that something can be said under")
            }
            InternalError::Other(error) => error.into(),
        }
    }
}

/// Say something that no customer sees
///
/// In a support conversation a note, in all others what they are for.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/notes", tag = "conversations", request_body = Say,
    params(("id" = uuid::Uuid, Path), crate::openapi::IdempotencyKey),
    security(("access_token" = ["work_conversations"])),
    responses((status = 201, description = "Said", body = ShownMessage),
              (status = 403, description = "`forbidden`: observers only read"),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`conflict`: it is archived; `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn say(caller: Caller, Path(id): Path<ConversationId>, creation: Creation<Say>) -> Result<Response, Problem> {
    let (mut change, granted, _) = change_by_writer(&caller, id).await?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), granted.user, now).await? {
        return Ok(answer);
    }
    let Say { text, thread_id, mentions } = &creation.body;
    let wording = Wording::of(&mut change, text, mentions).await?;
    let message = change.say(id, &wording.said(granted.user, *thread_id)).await?.ok_or(Code::Conflict)?;
    let shown = shown(&mut change, id, message).await?;
    let answer = creation.answer(change.conn(), granted.user, now, StatusCode::CREATED, &shown).await?;
    change.commit().await?;
    Ok(answer)
}

/// Change what you said among people of the tenant
#[utoipa::path(patch, path = "/api/v1/conversations/{id}/messages/{message_id}", tag = "conversations",
    request_body = Reword, params(("id" = uuid::Uuid, Path), ("message_id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The message as it is now", body = ShownMessage),
              (status = 404, description = "`not_found`: not yours, or one that went over a channel"),
              (status = 422, description = "`invalid`")))]
pub async fn reword(
    caller: Caller,
    Path((id, message)): Path<(ConversationId, MessageId)>,
    Json(Reword { text }): Json<Reword>,
) -> Result<axum::Json<ShownMessage>, Problem> {
    let (mut change, granted, _) = change_by_writer(&caller, id).await?;
    let wording = Wording::of(&mut change, &text, &[]).await?;
    if !change.reword(id, message, granted.user, &wording.said(granted.user, None)).await? {
        return Err(Code::NotFound.into());
    }
    let shown = shown(&mut change, id, message).await?;
    change.commit().await?;
    Ok(axum::Json(shown))
}

/// Take back what was said among people of the tenant
///
/// Your own; with the permission `delete_conversations` anybody's. That something was said stays to be seen.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/messages/{message_id}", tag = "conversations",
    params(("id" = uuid::Uuid, Path), ("message_id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 204, description = "It says nothing any more"),
              (status = 404, description = "`not_found`: not yours, or one that went over a channel")))]
pub async fn unsay(
    caller: Caller,
    Path((id, message)): Path<(ConversationId, MessageId)>,
) -> Result<StatusCode, Problem> {
    let (mut change, granted, _) = change(&caller, id).await?;
    let author = (!granted.permissions.has(Permission::DeleteConversations)).then_some(granted.user);
    if !change.unsay(id, message, author).await? {
        return Err(Code::NotFound.into());
    }
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Pin a message
#[utoipa::path(put, path = "/api/v1/conversations/{id}/messages/{message_id}/pin", tag = "conversations",
    params(("id" = uuid::Uuid, Path), ("message_id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The message as it is now", body = ShownMessage),
              (status = 404, description = "`not_found`")))]
pub async fn pin(
    caller: Caller,
    Path((id, message)): Path<(ConversationId, MessageId)>,
) -> Result<axum::Json<ShownMessage>, Problem> {
    set_pin(&caller, id, message, true).await
}

/// Unpin a message
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/messages/{message_id}/pin", tag = "conversations",
    params(("id" = uuid::Uuid, Path), ("message_id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The message as it is now", body = ShownMessage),
              (status = 404, description = "`not_found`")))]
pub async fn unpin(
    caller: Caller,
    Path((id, message)): Path<(ConversationId, MessageId)>,
) -> Result<axum::Json<ShownMessage>, Problem> {
    set_pin(&caller, id, message, false).await
}

async fn set_pin(
    caller: &Caller,
    id: ConversationId,
    message: MessageId,
    pinned: bool,
) -> Result<axum::Json<ShownMessage>, Problem> {
    let (mut change, granted, _) = change_by_writer(caller, id).await?;
    change.pin(id, message, granted.user, pinned).await?.ok_or(Code::NotFound)?;
    let shown = shown(&mut change, id, message).await?;
    change.commit().await?;
    Ok(axum::Json(shown))
}

async fn shown(change: &mut Transaction, id: ConversationId, message: MessageId) -> Result<ShownMessage, Problem> {
    Ok(messages::list::one(change.conn(), id, message).await?.ok_or(Code::NotFound)?.into())
}
