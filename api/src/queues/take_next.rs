//! `POST /api/v1/queues/take-next`

use crate::{
    auth::Caller,
    conversations::{ShownConversation, create::answer},
    problem::{Code, Problem},
    request::Json,
};
use axum::response::{IntoResponse, Response};
use domain::{TeamId, conversation::AssignmentMethod, role::Permission, sight::Reach};
use http::StatusCode;
use serde::Deserialize;
use store::conversations::assignments;

/// Of which queue.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeNext {
    /// One of your teams, or `null` for what no team has.
    #[schema(value_type = Option<uuid::Uuid>)]
    team_id: Option<TeamId>,
}

/// Take what has waited longest
///
/// Several who do so at once get different ones.
#[utoipa::path(post, path = "/api/v1/queues/take-next", tag = "queues", request_body = TakeNext,
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The conversation, which is yours", body = ShownConversation),
              (status = 204, description = "Nothing waits"),
              (status = 404, description = "`not_found`: no team of yours")))]
pub async fn take_next(caller: Caller, Json(TakeNext { team_id }): Json<TakeNext>) -> Result<Response, Problem> {
    loop {
        let (mut change, granted) = caller.change(Permission::WorkConversations).await?;
        let sees =
            team_id.is_none_or(|team| granted.sight.reach == Reach::Everything || granted.sight.teams.contains(&team));
        if !sees {
            return Err(Code::NotFound.into());
        }
        let Some(id) = assignments::next_waiting(change.conn(), caller.tenant, team_id).await? else {
            return Ok(StatusCode::NO_CONTENT.into_response());
        };
        let conversation = change.conversation(id).await?;
        // Somebody was quicker: on to the next.
        if conversation.queued_at.is_none() || conversation.team_id != team_id {
            continue;
        }
        change.assign(id, Some(granted.user), AssignmentMethod::Taken).await?;
        change.commit().await?;
        let (mut change, granted) = caller.change(Permission::WorkConversations).await?;
        return Ok(axum::Json(answer(&mut change, &granted, id).await?).into_response());
    }
}
