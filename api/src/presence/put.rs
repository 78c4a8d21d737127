//! `PUT /api/v1/presence/me`

use super::ShownPresence;
use crate::{auth::Caller, conversations::create::check_text, problem::Problem, request::Json};
use domain::{
    ConversationId,
    presence::{LEASE, Presence},
    role::Permission,
};
use serde::Deserialize;
use store::presence::{self, Present};

/// How you are there.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutPresence {
    /// Whether you can be given something to do.
    #[schema(schema_with = crate::openapi::presence)]
    status: Presence,
    /// What you say about it, at most 255 characters.
    status_text: Option<String>,
    /// What you look at.
    #[schema(value_type = Option<uuid::Uuid>)]
    current_conversation_id: Option<ConversationId>,
}

/// Say that you are there
///
/// It holds for 60 seconds: whoever stays says it again before. Teams that assign by themselves give you what waits as
/// soon as you are `online`, and nothing while you are `away` or `busy`.
#[utoipa::path(put, path = "/api/v1/presence/me", tag = "presence", request_body = PutPresence,
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "As others see it", body = ShownPresence),
              (status = 422, description = "`invalid`")))]
pub async fn put(caller: Caller, Json(put): Json<PutPresence>) -> Result<axum::Json<ShownPresence>, Problem> {
    if let Some(problem) = check_text("/status_text", put.status_text.as_deref(), 255) {
        return Err(Problem::invalid(vec![problem]));
    }
    let (mut change, granted) = caller.change(Permission::WorkConversations).await?;
    let (tenant, now) = (change.tenant(), change.now());
    let present = Present {
        user_id: granted.user,
        status: put.status,
        status_text: put.status_text,
        current_conversation_id: put.current_conversation_id,
        seen_at: now,
    };
    let was_online = presence::set(change.conn(), tenant, &present, now + LEASE).await?;
    if present.status == Presence::Online && !was_online {
        change.has_room(granted.user).await?;
    }
    change.commit().await?;
    Ok(axum::Json(present.into()))
}
