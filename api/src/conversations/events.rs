//! `GET /api/v1/conversations/{id}/events`

use super::{list::words, visible};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Limit, Page, Path, Query, paging},
};
use chrono::{DateTime, Utc};
use domain::{ConversationId, EventId, event::Actor, event::EventKind, role::Permission};
use serde::{Deserialize, Serialize};
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

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Only these kinds, separated by commas.
    #[param(example = "conversation.assigned,conversation.status_changed")]
    kind: Option<String>,
    /// How many, 1 to 200; 50 without it.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Read what happened in a conversation
///
/// The latest page first; within a page, in the order in which it happened.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/events", tag = "conversations",
    params(("id" = uuid::Uuid, Path), Params),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "A page; the cursor leads to earlier events", body = Page<ShownEvent>),
              (status = 404, description = "`not_found`")))]
pub async fn get(
    caller: Caller,
    Path(id): Path<ConversationId>,
    Query(params): Query<Params>,
) -> Result<axum::Json<Page<ShownEvent>>, Problem> {
    let before: Option<EventId> = paging::id_of(params.cursor.as_deref())?;
    let kinds: Option<Vec<EventKind>> = params.kind.as_deref().map(words).transpose()?;
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    visible(&mut tx, &granted, id).await?;
    let rows = events::of_conversation(&mut tx, id, kinds.as_deref(), before, params.limit.rows()).await?;
    let mut page = Page::of(rows, params.limit, |row| paging::by_id(row.id.0), ShownEvent::of);
    page.items.reverse();
    Ok(axum::Json(page))
}
