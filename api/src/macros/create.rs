//! `POST /api/v1/macros`

use super::{ShownMacro, actions::MacroAction, check, taken};
use crate::{auth::Caller, problem::Problem, replies::SharedWith, request::Creation, state::Api};
use axum::{extract::State, response::Response};
use domain::role::Permission;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use store::replies::macros::{self, Macro};
use uuid::Uuid;

/// A macro to make.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateMacro {
    /// What people call it, 1 to 255 characters.
    name: String,
    /// What it is for.
    #[serde(default)]
    description: String,
    /// What it does, one thing after another: 1 to 20.
    actions: Vec<MacroAction>,
    /// Who may run it. For others than yourself it takes the permission `manage_replies`.
    shared_with: SharedWith,
}

/// Make a macro
#[utoipa::path(post, path = "/api/v1/macros", tag = "replies", request_body = CreateMacro,
    params(crate::openapi::IdempotencyKey),
    security(("access_token" = ["work_conversations"])),
    responses((status = 201, description = "Made", body = ShownMacro), (status = 403, description = "`forbidden`"),
              (status = 409, description = "`name_taken`, `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(
    State(api): State<Api>,
    caller: Caller,
    creation: Creation<CreateMacro>,
) -> Result<Response, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let now = api.now();
    if let Some(answer) = creation.earlier_answer(&mut tx, granted.user, now).await? {
        return Ok(answer);
    }
    let new = &creation.body;
    check(&new.name, &new.description, &new.actions)?;
    let stored = Macro {
        id: Uuid::now_v7(),
        name: new.name.trim().to_owned(),
        description: new.description.trim().to_owned(),
        actions: json!(new.actions),
        shelf: new.shared_with.shelf(&mut tx, &granted).await?,
        version: 1,
        updated_at: now,
    };
    macros::create(&mut tx, &stored).await.map_err(taken)?;
    let shown = ShownMacro::of(stored)?;
    let answer = creation.answer(&mut tx, granted.user, now, StatusCode::CREATED, &shown).await?;
    tx.commit().await?;
    Ok(answer)
}
