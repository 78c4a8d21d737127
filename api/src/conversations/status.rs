//! `PUT /api/v1/conversations/{id}/status`

use super::{ShownConversation, after, change};
use crate::{
    auth::Caller,
    problem::{FieldProblem, Problem},
    request::{Json, Path},
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{ConversationId, conversation::Status};
use inbox::Step;
use serde::Deserialize;

/// The longest snooze.
const LONGEST_SNOOZE: TimeDelta = TimeDelta::days(366);

/// Where a conversation is to stand.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetStatus {
    /// Which of the statuses may follow depends on the type, see `docs/conversations.md`.
    #[schema(schema_with = crate::openapi::conversation_status)]
    status: Status,
    /// Of a snooze: when it ends, within a year. Without it the contact's next message ends it.
    until: Option<DateTime<Utc>>,
    /// Of a closing: why, at most 100 characters. The tenant's settings may ask for one, and for one of a list.
    reason: Option<String>,
    /// Whatever others are to know about it, at most 1,000 characters.
    note: Option<String>,
}

impl SetStatus {
    /// The step that is meant, if it makes sense at `now`.
    pub fn step(&self, now: DateTime<Utc>) -> Result<Step<'_>, Problem> {
        let mut problems = Vec::new();
        let mut wrong = |pointer, code, what: &str| problems.push(FieldProblem::new(pointer, code, what));
        match self.until {
            Some(_) if self.status != Status::Snoozed => wrong("/until", "unexpected", "goes with `snoozed` alone"),
            Some(until) if until <= now => wrong("/until", "past", "must lie in the future"),
            Some(until) if until > now + LONGEST_SNOOZE => wrong("/until", "too_late", "must lie within a year"),
            _ => {}
        }
        if self.reason.is_some() && self.status != Status::Closed {
            wrong("/reason", "unexpected", "goes with `closed` alone");
        }
        let lengths = [
            ("/reason", &self.reason, 100, "must have 1 to 100 characters"),
            ("/note", &self.note, 1_000, "must have 1 to 1000 characters"),
        ];
        for (pointer, text, most, what) in lengths {
            if text.as_ref().is_some_and(|text| text.trim().is_empty() || text.chars().count() > most) {
                wrong(pointer, "length", what);
            }
        }
        if !problems.is_empty() {
            return Err(Problem::invalid(problems));
        }
        let (reason, note) = (self.reason.as_deref().map(str::trim), self.note.as_deref().map(str::trim));
        Ok(Step { to: self.status, until: self.until, reason, note })
    }
}

/// Move a conversation
///
/// Snooze, resolve, close with a reason, reopen.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/status", tag = "conversations", request_body = SetStatus,
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The conversation as it is now", body = ShownConversation),
              (status = 404, description = "`not_found`"),
              (status = 409, description = "`conflict`: its contact has begun another one meanwhile"),
              (status = 422, description = "`invalid`: it may not become that, or not without a reason, or not for \
                                            this one")))]
pub async fn set(
    caller: Caller,
    Path(id): Path<ConversationId>,
    Json(to): Json<SetStatus>,
) -> Result<axum::Json<ShownConversation>, Problem> {
    let (mut change, _, _) = change(&caller, id).await?;
    change.step(id, &to.step(change.now())?).await?;
    change.commit().await?;
    after(&caller, id).await
}
