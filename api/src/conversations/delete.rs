//! `DELETE /api/v1/conversations/{id}`

use super::change_with;
use crate::{auth::Caller, problem::Problem, request::Path};
use domain::{ConversationId, event::EventKind, role::Permission};
use http::StatusCode;
use serde_json::json;
use store::conversations::creation;

/// Delete a conversation for good
///
/// With its messages, notes and history. That it was deleted stays in the event log, without anything it said.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}", tag = "conversations", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["delete_conversations"])),
    responses((status = 204, description = "It is gone"), (status = 403, description = "`forbidden`"),
              (status = 404, description = "`not_found`")))]
pub async fn delete(caller: Caller, Path(id): Path<ConversationId>) -> Result<StatusCode, Problem> {
    let (mut change, _, overview) = change_with(&caller, Permission::DeleteConversations, id).await?;
    let contact = overview.counterpart.as_ref().map(|with| with.contact_id);
    let data = json!({ "conversation_id": id, "type": overview.kind, "ticket_number": overview.ticket_number });
    creation::delete(change.conn(), caller.tenant, id).await?;
    change.emit_apart(EventKind::ConversationDeleted, contact, data);
    change.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
