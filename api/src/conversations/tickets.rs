//! `GET` and `POST /api/v1/conversations/{id}/tickets`

use super::{ShownConversation, create, visible};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Creation, Path},
};
use axum::response::Response;
use domain::{
    ConversationId, TeamId,
    conversation::{Priority, Status},
    role::Permission,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use store::conversations::creation;

/// A ticket that came from a conversation.
#[derive(Serialize, utoipa::ToSchema)]
pub struct LinkedTicket {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: ConversationId,
    /// Its number.
    ticket_number: String,
    /// What it is about.
    title: Option<String>,
    /// Where it stands.
    #[schema(schema_with = crate::openapi::conversation_status)]
    status: Status,
    /// Whose it is.
    #[schema(value_type = Option<uuid::Uuid>)]
    team_id: Option<TeamId>,
}

/// A ticket to begin.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTicket {
    /// What it is about, 1 to 255 characters.
    title: String,
    /// The details.
    description: Option<String>,
    /// The team that is to do it.
    #[schema(value_type = Option<uuid::Uuid>)]
    team_id: Option<TeamId>,
    /// How urgent it is.
    #[serde(default)]
    #[schema(schema_with = crate::openapi::priority)]
    priority: Priority,
}

/// List the tickets that came from a conversation
///
/// All of them, also those that you cannot open: you see how far they are.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/tickets", tag = "conversations",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The oldest first", body = [LinkedTicket]),
              (status = 404, description = "`not_found`")))]
pub async fn list(caller: Caller, Path(id): Path<ConversationId>) -> Result<axum::Json<Vec<LinkedTicket>>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    visible(&mut tx, &granted, id).await?;
    Ok(axum::Json(of(&mut tx, id).await?))
}

/// The tickets that came from a conversation.
pub async fn of(conn: &mut PgConnection, id: ConversationId) -> Result<Vec<LinkedTicket>, Problem> {
    let shown = |ticket: creation::Ticket| LinkedTicket {
        id: ticket.id,
        ticket_number: ticket.number,
        title: ticket.title,
        status: ticket.status,
        team_id: ticket.team_id,
    };
    Ok(creation::tickets_of(conn, id).await?.into_iter().map(shown).collect())
}

/// Make a ticket of a conversation
///
/// Both show the other from then on.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/tickets", tag = "conversations", request_body = CreateTicket,
    params(("id" = uuid::Uuid, Path), crate::openapi::IdempotencyKey),
    security(("access_token" = ["work_conversations"])),
    responses((status = 201, description = "The ticket", body = ShownConversation),
              (status = 404, description = "`not_found`"), (status = 409, description = "`in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(
    caller: Caller,
    Path(id): Path<ConversationId>,
    creation: Creation<CreateTicket>,
) -> Result<Response, Problem> {
    let (mut change, granted) = caller.change(Permission::WorkConversations).await?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), granted.user, now).await? {
        return Ok(answer);
    }
    let new = &creation.body;
    let ticket = create::Ticket {
        title: &new.title,
        description: new.description.as_deref(),
        team_id: new.team_id,
        priority: new.priority,
        category: None,
        linked: Some(id),
    };
    let ticket = ticket.begin(&mut change, &granted).await?;
    let shown = create::answer(&mut change, &granted, ticket).await?;
    let answer = creation.answer(change.conn(), granted.user, now, StatusCode::CREATED, &shown).await?;
    change.commit().await?;
    Ok(answer)
}
