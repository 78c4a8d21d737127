//! `GET /api/v1/conversations/{id}/triage`

use super::visible;
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    request::Path,
};
use chrono::{DateTime, Utc};
use domain::{ConversationId, TeamId, role::Permission, triage::Reason};
use serde::Serialize;
use store::triage::{self, Run};

/// How a conversation came to its team.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ConversationTriage {
    /// When the questions began.
    started_at: DateTime<Utc>,
    /// When nobody is waited for any longer.
    deadline: DateTime<Utc>,
    /// When it was over; null as long as an answer is waited for.
    ended_at: Option<DateTime<Utc>>,
    /// The team that came of it.
    #[schema(value_type = Option<uuid::Uuid>)]
    team_id: Option<TeamId>,
    /// Why that one.
    #[schema(schema_with = crate::openapi::triage_reason_or_null)]
    reason: Option<Reason>,
}

impl From<Run> for ConversationTriage {
    fn from(run: Run) -> Self {
        Self {
            started_at: run.started_at,
            deadline: run.deadline,
            ended_at: run.ended_at,
            team_id: run.team_id,
            reason: run.reason,
        }
    }
}

/// Show how a conversation came to its team
///
/// What the customer answered is among the conversation's `custom_attributes`.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/triage", tag = "conversations",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The decision and its reason, or that it is not made yet",
               body = ConversationTriage),
              (status = 404, description = "`not_found`: there is no such conversation, or it was asked nothing")))]
pub async fn get(caller: Caller, Path(id): Path<ConversationId>) -> Result<axum::Json<ConversationTriage>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    visible(&mut tx, &granted, id).await?;
    let run = triage::of_conversation(&mut tx, caller.tenant, id).await?.ok_or(Code::NotFound)?;
    Ok(axum::Json(run.into()))
}
