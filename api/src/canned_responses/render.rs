//! `GET /api/v1/canned-responses/{id}/text`

use crate::{
    auth::{Caller, Granted},
    conversations::visible,
    problem::{Code, Problem},
    replies::reader,
    request::{Path, Query},
};
use domain::{ConversationId, role::Permission};
use rules::Facts;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use store::{conversations::list::Overview, replies::canned, users};
use uuid::Uuid;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The conversation whose facts are filled in.
    #[param(value_type = Uuid)]
    conversation_id: ConversationId,
}

/// A text that is ready to be sent.
#[derive(Serialize, utoipa::ToSchema)]
pub struct RenderedText {
    /// With every variable filled in; those that are not known are empty.
    text: String,
}

/// Read what a canned response says in a conversation
#[utoipa::path(get, path = "/api/v1/canned-responses/{id}/text", tag = "replies", params(("id" = Uuid, Path), Params),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The text", body = RenderedText),
              (status = 404, description = "`not_found`")))]
pub async fn render(
    caller: Caller,
    Path(id): Path<Uuid>,
    Query(params): Query<Params>,
) -> Result<axum::Json<RenderedText>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let canned = canned::load(&mut tx, reader(&granted), id).await?.ok_or(Code::NotFound)?;
    let conversation = visible(&mut tx, &granted, params.conversation_id).await?;
    let facts = facts(&mut tx, &granted, &conversation).await?;
    Ok(axum::Json(RenderedText { text: rules::fill_in(&canned.text, &facts) }))
}

/// What texts of this person may say about a conversation.
pub async fn facts(conn: &mut PgConnection, granted: &Granted, conversation: &Overview) -> Result<Facts, Problem> {
    let agent = users::load(conn, granted.user).await?.ok_or(Code::Unauthenticated)?;
    let contact = conversation.counterpart.as_ref().map(
        |with| json!({ "id": with.contact_id, "name": conversation.contact_name, "email": conversation.contact_email }),
    );
    let channel = conversation.counterpart.as_ref().map(|with| &with.channel);
    Ok(Facts::from_value(&json!({
        "agent": { "name": agent.name },
        "contact": contact,
        "conversation": {
            "id": conversation.id, "status": conversation.status, "priority": conversation.priority,
            "tags": conversation.tags, "channel": channel, "message_count": conversation.message_count,
            "created_at": conversation.created_at, "assigned": conversation.assignee_id.is_some(),
        },
    })))
}
