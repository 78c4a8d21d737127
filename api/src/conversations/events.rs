//! `GET /api/v1/conversations/{id}/events`

use super::visible;
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Page, Paging, Path, Query, paging},
};
use chrono::{DateTime, Utc};
use domain::{ConversationId, EventId, event::Actor, event::EventKind, role::Permission};
use serde::Serialize;
use serde_json::Value;
use store::events::{self, Event};

/// Something that happened in a conversation, or to its contact elsewhere.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Event)]
pub struct ShownEvent {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    id: EventId,
    /// Its number in the conversation, without gaps.
    seq: i64,
    /// What happened.
    #[schema(schema_with = crate::openapi::event_kind)]
    kind: EventKind,
    /// Who made it happen.
    #[schema(schema_with = crate::openapi::actor)]
    actor: Actor,
    /// Its details; of a plugin's event `name`, such as `shopify.order_created`, and what the provider told as `data`.
    #[schema(value_type = Object)]
    data: Value,
    /// When.
    occurred_at: DateTime<Utc>,
}

impl ShownEvent {
    fn of(event: Event) -> Self {
        Self {
            id: event.id,
            seq: event.conversation.map_or(0, |(_, seq)| seq),
            kind: event.kind,
            actor: event.actor,
            data: event.data,
            occurred_at: event.occurred_at,
        }
    }
}

/// Read what happened in a conversation
///
/// The latest page first; within a page, in the order in which it happened.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/events", tag = "conversations",
    params(("id" = uuid::Uuid, Path), Paging),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "A page; the cursor leads to earlier events", body = Page<ShownEvent>),
              (status = 404, description = "`not_found`")))]
pub async fn get(
    caller: Caller,
    Path(id): Path<ConversationId>,
    Query(paging): Query<Paging>,
) -> Result<axum::Json<Page<ShownEvent>>, Problem> {
    let before: Option<EventId> = paging::id_of(paging.cursor())?;
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    visible(&mut tx, &granted, id).await?;
    let rows = events::of_conversation(&mut tx, id, before, paging.limit().rows()).await?;
    let mut page = Page::of(rows, paging.limit(), |row| paging::by_id(row.id.0), ShownEvent::of);
    page.items.reverse();
    Ok(axum::Json(page))
}
