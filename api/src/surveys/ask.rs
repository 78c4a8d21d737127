//! `POST /api/v1/conversations/{id}/surveys`

use super::ShownSurvey;
use crate::{
    auth::Caller,
    conversations::{change_by_writer, send},
    problem::{Code, Problem},
    request::{Creation, Path},
    state::Api,
};
use axum::{extract::State, response::Response};
use domain::ConversationId;
use http::StatusCode;
use inbox::{Outgoing, RATING_QUESTION, Writer};
use plugin_sdk::OutboundContent;
use serde::Deserialize;
use store::surveys;

/// The longest question, in characters.
const LONGEST: usize = 2_000;

/// How to ask.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskForRating {
    /// The message, with `{link}` where the link stands; at most 2,000 characters. A plain question without it.
    text: Option<String>,
}

/// Ask the customer what they think of a conversation
///
/// They answer once, within 14 days: through the link, or with a message that is nothing but a number from 1 to 5.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/surveys", tag = "conversations", request_body = AskForRating,
    params(("id" = uuid::Uuid, Path), crate::openapi::IdempotencyKey),
    security(("access_token" = ["work_conversations"])),
    responses((status = 201, description = "Asked", body = ShownSurvey), (status = 404, description = "`not_found`"),
              (status = 409, description = "`window_closed`, `connection_unusable`, `wrong_type`, `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn ask(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    creation: Creation<AskForRating>,
) -> Result<Response, Problem> {
    let text = creation.body.text.as_deref().unwrap_or(RATING_QUESTION);
    check_question("/text", text)?;
    let (mut change, granted, conversation) = change_by_writer(&caller, id).await?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), granted.user, now).await? {
        return Ok(answer);
    }
    let content = OutboundContent::Text { text: text.to_owned(), preview_url: false };
    let window = send::window(&api, &mut change, &conversation, &content).await?;
    let outgoing =
        Outgoing { content: (&content).into(), reply_to: None, writer: Writer::System, origin_key: None, window };
    let link = |token: &str| format!("{}/rate/{token}", api.base_url);
    let survey = match change.ask_for_rating(id, text, link, outgoing).await {
        Ok(survey) => survey,
        Err(error) => return Err(send::refused(&mut change, &conversation, error).await),
    };
    let survey = surveys::lock(change.conn(), caller.tenant, survey).await?.ok_or(Code::Conflict)?;
    let shown = ShownSurvey::from(survey);
    let answer = creation.answer(change.conn(), granted.user, now, StatusCode::CREATED, &shown).await?;
    change.commit().await?;
    Ok(answer)
}

/// Refuses a question that has no place for the link, or is too long.
pub fn check_question(pointer: &str, text: &str) -> Result<(), Problem> {
    if text.contains("{link}") && text.chars().count() <= LONGEST {
        return Ok(());
    }
    Err(Problem::field(pointer, "link", "must hold {link}, and have at most 2000 characters"))
}
