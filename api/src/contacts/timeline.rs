//! `GET /api/v1/contacts/{id}/timeline`

use super::{led_on, visible};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Page, Paging, Path, Query, paging},
};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use domain::{
    ContactId, ConversationId, EventId,
    event::{Actor, EventKind},
    role::Permission,
};
use serde::Serialize;
use serde_json::Value;
use store::{
    contacts::timeline::{self, Position},
    events::Event,
};

/// Something that happened to a contact.
#[derive(Serialize, utoipa::ToSchema)]
pub struct TimelineEntry {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: EventId,
    /// What happened.
    #[schema(schema_with = crate::openapi::event_kind)]
    kind: EventKind,
    /// In which conversation.
    #[schema(value_type = Option<uuid::Uuid>)]
    conversation_id: Option<ConversationId>,
    /// To whom: this contact, or one who was merged into it.
    #[schema(value_type = Option<uuid::Uuid>)]
    contact_id: Option<ContactId>,
    /// Who made it happen.
    #[schema(schema_with = crate::openapi::actor)]
    actor: Actor,
    /// Its details, which name fields and ids, not what somebody is called.
    #[schema(value_type = Object)]
    data: Value,
    /// When.
    occurred_at: DateTime<Utc>,
}

impl From<Event> for TimelineEntry {
    fn from(event: Event) -> Self {
        Self {
            id: event.id,
            kind: event.kind,
            conversation_id: event.conversation.map(|(id, _)| id),
            contact_id: event.contact_id,
            actor: event.actor,
            data: event.data,
            occurred_at: event.occurred_at,
        }
    }
}

/// Read everything that happened to a contact
///
/// Over all conversations that the person sees, and beside them: messages, moves, what plugins report, changes of the
/// contact. The latest first.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/timeline", tag = "contacts",
    params(("id" = uuid::Uuid, Path), Paging),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "A page; the cursor leads to earlier entries", body = Page<TimelineEntry>),
              (status = 308, description = "They were merged; Location says into whom"),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<ContactId>, Query(paging): Query<Paging>) -> Result<Response, Problem> {
    let before = paging::time_of(paging.cursor())?.map(|(occurred_at, id)| Position { occurred_at, id });
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let contact = visible(&mut tx, &granted, id).await?;
    if let Some(elsewhere) = led_on(&contact, "/timeline") {
        return Ok(elsewhere);
    }
    let rows = timeline::page(&mut tx, id, &granted.sight, before, paging.limit().rows()).await?;
    let cursor = |row: &Event| paging::by_time(row.occurred_at, row.id.0);
    Ok(axum::Json(Page::of(rows, paging.limit(), cursor, TimelineEntry::from)).into_response())
}
