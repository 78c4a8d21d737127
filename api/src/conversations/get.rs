//! `GET /api/v1/conversations/{id}`

use super::{ShownConversation, ShownMessage, messages, visible};
use crate::{
    auth::Caller,
    contacts::{ShownContact, required},
    problem::Problem,
    request::{Limit, Page, Path},
};
use chrono::{DateTime, Utc};
use domain::{ConversationId, event::Actor, role::Permission};
use serde::Serialize;
use store::conversations::detail;

/// A conversation with everything that its page shows.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ConversationDetail {
    /// The conversation.
    conversation: ShownConversation,
    /// The contact.
    contact: ShownContact,
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
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "conversations", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The conversation, its contact, its latest messages, its escalations",
               body = ConversationDetail),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<ConversationId>) -> Result<axum::Json<ConversationDetail>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let conversation = visible(&mut tx, granted, id).await?;
    let contact = required(&mut tx, conversation.contact_id).await?;
    let messages = messages::page(&mut tx, id, None, Limit::default()).await?;
    let escalations = detail::escalations(&mut tx, id).await?.into_iter();
    Ok(axum::Json(ConversationDetail {
        conversation: conversation.into(),
        contact,
        messages,
        escalations: escalations.map(|e| Escalation { at: e.at, reason: e.reason, by: e.by }).collect(),
    }))
}
