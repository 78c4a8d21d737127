//! `GET /api/v1/conversations/{id}/messages/{message_id}/replies` and `GET /api/v1/conversations/{id}/pins`

use super::{ShownMessage, visible};
use crate::{
    auth::Caller,
    problem::Problem,
    request::{Page, Paging, Path, Query, paging},
};
use domain::{ConversationId, MessageId, role::Permission};
use store::messages::list;

/// Read what was said under a message
#[utoipa::path(get, path = "/api/v1/conversations/{id}/messages/{message_id}/replies", tag = "conversations",
    params(("id" = uuid::Uuid, Path), ("message_id" = uuid::Uuid, Path), Paging),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "A page, the first reply first", body = Page<ShownMessage>),
              (status = 404, description = "`not_found`")))]
pub async fn replies(
    caller: Caller,
    Path((id, message)): Path<(ConversationId, MessageId)>,
    Query(paging): Query<Paging>,
) -> Result<axum::Json<Page<ShownMessage>>, Problem> {
    let after = paging::id_of(paging.cursor())?;
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    visible(&mut tx, &granted, id).await?;
    let rows = list::thread(&mut tx, id, message, after, paging.limit().rows()).await?;
    Ok(axum::Json(Page::of(rows, paging.limit(), |row| paging::by_id(row.id.0), ShownMessage::from)))
}

/// Read what is pinned in a conversation
#[utoipa::path(get, path = "/api/v1/conversations/{id}/pins", tag = "conversations",
    params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The latest pin first", body = [ShownMessage]),
              (status = 404, description = "`not_found`")))]
pub async fn pins(caller: Caller, Path(id): Path<ConversationId>) -> Result<axum::Json<Vec<ShownMessage>>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    visible(&mut tx, &granted, id).await?;
    Ok(axum::Json(list::pinned(&mut tx, id).await?.into_iter().map(Into::into).collect()))
}
