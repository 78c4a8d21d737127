//! `GET` and `POST /api/v1/conversations/{id}/reviews`

use super::{change, create::check_text, visible};
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::{Creation, Path},
};
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::{ConversationId, UserId, event::EventKind, role::Permission};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::conversations::reviews::{self, Review};
use uuid::Uuid;

/// What a lead wrote down about a conversation.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Review)]
pub struct ShownReview {
    /// Which.
    id: Uuid,
    /// Whose.
    #[schema(value_type = Uuid)]
    reviewer_id: UserId,
    /// What it says.
    text: String,
    /// Whether others are to learn from it.
    is_training_case: bool,
    /// When it was written.
    created_at: DateTime<Utc>,
}

impl From<Review> for ShownReview {
    fn from(review: Review) -> Self {
        Self {
            id: review.id,
            reviewer_id: review.reviewer_id,
            text: review.text,
            is_training_case: review.is_training_case,
            created_at: review.created_at,
        }
    }
}

/// What to write down.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateReview {
    /// 1 to 10,000 characters.
    text: String,
    /// Whether others are to learn from it.
    #[serde(default)]
    is_training_case: bool,
}

/// Read what leads wrote down about a conversation
///
/// For whoever has it, and for leads.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/reviews", tag = "conversations", params(("id" = Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The first one first", body = [ShownReview]),
              (status = 403, description = "`forbidden`"), (status = 404, description = "`not_found`")))]
pub async fn list(caller: Caller, Path(id): Path<ConversationId>) -> Result<axum::Json<Vec<ShownReview>>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let conversation = visible(&mut tx, &granted, id).await?;
    if conversation.assignee_id != Some(granted.user) {
        granted.must(Permission::ReviewConversations)?;
    }
    Ok(axum::Json(reviews::list(&mut tx, id).await?.into_iter().map(Into::into).collect()))
}

/// Write down what was done well or badly in a conversation
///
/// Once it is resolved or closed. Whoever has it reads it; its customer never does.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/reviews", tag = "conversations", request_body = CreateReview,
    params(("id" = Uuid, Path), crate::openapi::IdempotencyKey),
    security(("access_token" = ["work_conversations"])),
    responses((status = 201, description = "Written down", body = ShownReview),
              (status = 403, description = "`forbidden`"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`conflict`: it is not over yet; `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(
    caller: Caller,
    Path(id): Path<ConversationId>,
    creation: Creation<CreateReview>,
) -> Result<Response, Problem> {
    let (mut change, granted, conversation) = change(&caller, id).await?;
    granted.must(Permission::ReviewConversations)?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), granted.user, now).await? {
        return Ok(answer);
    }
    if let Some(problem) = check_text("/text", Some(&creation.body.text), 10_000) {
        return Err(Problem::invalid(vec![problem]));
    }
    if conversation.status.is_unfinished() {
        return Err(Problem::new(Code::Conflict).detail("The conversation is not over yet."));
    }
    let review = Review {
        id: Uuid::now_v7(),
        conversation_id: id,
        reviewer_id: granted.user,
        text: creation.body.text.trim().to_owned(),
        is_training_case: creation.body.is_training_case,
        created_at: now,
    };
    reviews::create(change.conn(), caller.tenant, &review).await?;
    let data = json!({ "review_id": review.id, "is_training_case": review.is_training_case });
    change.emit(id, EventKind::ConversationReviewed, data).await?;
    let shown = ShownReview::from(review);
    let answer = creation.answer(change.conn(), granted.user, now, StatusCode::CREATED, &shown).await?;
    change.commit().await?;
    Ok(answer)
}
