//! `GET /api/v1/conversations/{id}/assignments`

use super::visible;
use crate::{auth::Caller, problem::Problem, request::Path};
use chrono::{DateTime, Utc};
use domain::{ConversationId, TeamId, UserId, conversation::AssignmentMethod, event::Actor, role::Permission};
use serde::Serialize;
use store::conversations::assignments;

/// Somebody's time with a conversation.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Assignment {
    /// Who had it.
    #[schema(value_type = Uuid)]
    user_id: UserId,
    /// The team it was for.
    #[schema(value_type = Option<Uuid>)]
    team_id: Option<TeamId>,
    /// Who gave it to them.
    #[schema(schema_with = crate::openapi::actor)]
    assigned_by: Actor,
    /// How it came to them.
    #[schema(schema_with = crate::openapi::assignment_method)]
    method: AssignmentMethod,
    /// How long it had waited in the queue, in milliseconds.
    waited_ms: Option<i64>,
    /// Since when.
    assigned_at: DateTime<Utc>,
    /// Until when; nobody else has it while this is `null`.
    unassigned_at: Option<DateTime<Utc>>,
}

/// Read who had a conversation from when to when
#[utoipa::path(get, path = "/api/v1/conversations/{id}/assignments", tag = "conversations",
    params(("id" = Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The first one first", body = [Assignment]),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<ConversationId>) -> Result<axum::Json<Vec<Assignment>>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    visible(&mut tx, &granted, id).await?;
    let history = assignments::history(&mut tx, id).await?.into_iter();
    Ok(axum::Json(
        history
            .map(|time| Assignment {
                user_id: time.user_id,
                team_id: time.team_id,
                assigned_by: time.assigned_by,
                method: time.method,
                waited_ms: time.waited.map(|waited| waited.num_milliseconds()),
                assigned_at: time.assigned_at,
                unassigned_at: time.unassigned_at,
            })
            .collect(),
    ))
}
