//! What customers think of a conversation: asking them, and the page behind the link.

pub mod ask;
pub mod list;
pub mod page;

use chrono::{DateTime, Utc};
use domain::UserId;
use serde::Serialize;
use store::surveys::Survey;
use uuid::Uuid;

/// A question to a customer, answered or not.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Survey)]
pub struct ShownSurvey {
    /// Which.
    id: Uuid,
    /// When the customer was asked.
    asked_at: DateTime<Utc>,
    /// Until when an answer counts.
    expires_at: DateTime<Utc>,
    /// Who had the conversation then.
    #[schema(value_type = Option<Uuid>)]
    user_id: Option<UserId>,
    /// The answer, 1 to 5.
    rating: Option<i16>,
    /// What the customer wrote about it.
    comment: Option<String>,
    /// When they answered.
    answered_at: Option<DateTime<Utc>>,
}

impl From<Survey> for ShownSurvey {
    fn from(survey: Survey) -> Self {
        Self {
            id: survey.id,
            asked_at: survey.asked_at,
            expires_at: survey.expires_at,
            user_id: survey.user_id,
            rating: survey.rating,
            comment: survey.comment,
            answered_at: survey.answered_at,
        }
    }
}
