//! `POST /api/v1/macros/{id}/run`

use super::actions::{MacroAction, Run};
use crate::{
    auth::Caller,
    canned_responses::render::facts,
    conversations::{
        bulk::{BulkItem, BulkResult, MOST},
        change,
    },
    problem::{Code, Problem},
    replies::reader,
    request::{Json, Path},
    state::Api,
};
use axum::extract::State;
use domain::{ConversationId, event::EventKind, role::Permission};
use serde::Deserialize;
use serde_json::json;
use store::replies::macros::{self, Macro};
use uuid::Uuid;

/// On what to run a macro.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunMacro {
    /// Conversations: 1 to 500.
    #[schema(value_type = Vec<Uuid>, min_items = 1, max_items = 500)]
    conversation_ids: Vec<ConversationId>,
}

/// Run a macro
///
/// On each conversation by itself: there all its actions are done, or none.
#[utoipa::path(post, path = "/api/v1/macros/{id}/run", tag = "replies", request_body = RunMacro,
    params(("id" = Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "What became of each", body = BulkResult),
              (status = 404, description = "`not_found`: no such macro"),
              (status = 422, description = "`invalid`")))]
pub async fn run(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(RunMacro { conversation_ids }): Json<RunMacro>,
) -> Result<axum::Json<BulkResult>, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    if conversation_ids.is_empty() || conversation_ids.len() > MOST {
        return Err(Problem::field("/conversation_ids", "length", "must be 1 to 500"));
    }
    let stored = macros::load(&mut tx, reader(&granted), id).await?.ok_or(Code::NotFound)?;
    tx.commit().await?;
    let actions = super::actions_of(&stored)?;
    let mut results = Vec::with_capacity(conversation_ids.len());
    for conversation in conversation_ids {
        let outcome = on_one(&api, &caller, conversation, &stored, &actions).await;
        results.push(BulkItem::of(conversation, outcome));
    }
    Ok(axum::Json(BulkResult::of(results)))
}

async fn on_one(
    api: &Api,
    caller: &Caller,
    id: ConversationId,
    stored: &Macro,
    actions: &[MacroAction],
) -> Result<(), Problem> {
    let (mut change, granted, conversation) = change(caller, id).await?;
    let facts = facts(change.conn(), &granted, &conversation).await?;
    let run = Run { api, granted: &granted, conversation: &conversation, facts: &facts };
    change.emit(id, EventKind::MacroRun, json!({ "macro_id": stored.id, "name": stored.name })).await?;
    for action in actions {
        action.perform(&run, &mut change).await?;
    }
    Ok(change.commit().await?)
}
