//! `GET /api/v1/conversations/{id}/messages`

use super::{ShownMessage, visible};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Limit, Page, Paging, Path, Query, paging},
};
use domain::{ConversationId, MessageId, role::Permission};
use sqlx::PgConnection;
use store::messages::list;

/// Read the messages of a conversation
///
/// The latest page first; within a page, in the order in which they are read.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/messages", tag = "conversations",
    params(("id" = uuid::Uuid, Path), Paging),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "A page; the cursor leads to older messages", body = Page<ShownMessage>),
              (status = 404, description = "`not_found`")))]
pub async fn get(
    caller: Caller,
    Path(id): Path<ConversationId>,
    Query(paging): Query<Paging>,
) -> Result<axum::Json<Page<ShownMessage>>, Problem> {
    let before = paging::id_of(paging.cursor())?;
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    visible(&mut tx, &granted, id).await?;
    Ok(axum::Json(page(&mut tx, id, before, paging.limit()).await?))
}

/// A page of messages before `before`, or the latest.
pub async fn page(
    conn: &mut PgConnection,
    id: ConversationId,
    before: Option<MessageId>,
    limit: Limit,
) -> Result<Page<ShownMessage>, Problem> {
    let mut rows = list::page(conn, id, before, limit.rows()).await?;
    // The row too many is the oldest; a page counts from the latest.
    rows.reverse();
    let mut page = Page::of(rows, limit, |row| paging::by_id(row.id.0), ShownMessage::from);
    page.items.reverse();
    Ok(page)
}
