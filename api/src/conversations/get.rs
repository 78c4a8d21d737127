//! `GET /api/v1/conversations/{id}`

use super::{
    ShownConversation, ShownMessage, messages, participants, participants::Participant, tickets, tickets::LinkedTicket,
    visible,
};
use crate::{
    auth::Caller,
    contacts::{ShownContact, required},
    problem::Problem,
    request::{Limit, Page, Path},
};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use domain::{ConversationId, event::Actor, role::Permission};
use http::{StatusCode, header};
use serde::Serialize;
use store::conversations::{detail, queues};

/// A conversation with everything that its page shows.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ConversationDetail {
    /// The conversation.
    conversation: ShownConversation,
    /// The contact, if it is a support conversation.
    contact: Option<ShownContact>,
    /// People of the tenant who take part, in the order in which they came.
    participants: Vec<Participant>,
    /// Its place in the queue, the first being 1.
    queue_position: Option<i64>,
    /// Tickets that came from it, the oldest first.
    tickets: Vec<LinkedTicket>,
    /// The latest messages, in the order in which they are read; the cursor leads to older ones.
    messages: Page<ShownMessage>,
    /// When and why it was escalated.
    escalations: Vec<Escalation>,
}

/// One escalation.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Escalation {
    /// When.
    at: DateTime<Utc>,
    /// Why.
    reason: Option<String>,
    /// Who: a rule or a person.
    #[schema(schema_with = crate::openapi::actor)]
    by: Actor,
}

/// Read a conversation
///
/// One that was merged leads to the one that has its messages now.
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "conversations", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The conversation with everything that its page shows",
               body = ConversationDetail),
              (status = 308, description = "It was merged; Location says into which"),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<ConversationId>) -> Result<Response, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let conversation = visible(&mut tx, &granted, id).await?;
    if let Some(target) = conversation.merged_into {
        let location = [(header::LOCATION, format!("/api/v1/conversations/{target}"))];
        return Ok((StatusCode::PERMANENT_REDIRECT, location).into_response());
    }
    let contact = match &conversation.counterpart {
        Some(with) => Some(required(&mut tx, with.contact_id).await?),
        None => None,
    };
    let participants = participants::of(&mut tx, id).await?;
    let queue_position = queues::position(&mut tx, caller.tenant, id).await?;
    let tickets = tickets::of(&mut tx, id).await?;
    let messages = messages::page(&mut tx, id, None, Limit::default()).await?;
    let escalations = detail::escalations(&mut tx, id).await?.into_iter();
    Ok(axum::Json(ConversationDetail {
        conversation: conversation.into(),
        contact,
        participants,
        queue_position,
        tickets,
        messages,
        escalations: escalations.map(|e| Escalation { at: e.at, reason: e.reason, by: e.by }).collect(),
    })
    .into_response())
}
