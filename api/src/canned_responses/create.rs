//! `POST /api/v1/canned-responses`

use super::{ShownCanned, check, taken};
use crate::{auth::Caller, problem::Problem, replies::SharedWith, request::Creation, state::Api};
use axum::{extract::State, response::Response};
use domain::role::Permission;
use http::StatusCode;
use serde::Deserialize;
use store::replies::canned::{self, Canned};
use uuid::Uuid;

/// A canned response to make.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCanned {
    /// What is typed behind a slash: lower-case letters, digits, hyphens and underscores, at most 50.
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,49}$")]
    shortcut: String,
    /// What it is about, 1 to 255 characters.
    title: String,
    /// What it says, 1 to 10,000 characters, with variables such as `{{contact.name|there}}`.
    text: String,
    /// Who may use it. For others than yourself it takes the permission `manage_replies`.
    shared_with: SharedWith,
}

/// Make a canned response
#[utoipa::path(post, path = "/api/v1/canned-responses", tag = "replies", request_body = CreateCanned,
    params(crate::openapi::IdempotencyKey),
    security(("access_token" = ["manage_replies"])),
    responses((status = 201, description = "Made", body = ShownCanned), (status = 403, description = "`forbidden`"),
              (status = 409, description = "`name_taken`, `in_progress`"),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(
    State(api): State<Api>,
    caller: Caller,
    creation: Creation<CreateCanned>,
) -> Result<Response, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let now = api.now();
    if let Some(answer) = creation.earlier_answer(&mut tx, granted.user, now).await? {
        return Ok(answer);
    }
    let new = &creation.body;
    let shelf = new.shared_with.shelf(&mut tx, &granted).await?;
    let canned = Canned {
        id: Uuid::now_v7(),
        shortcut: new.shortcut.clone(),
        title: new.title.trim().to_owned(),
        text: new.text.clone(),
        shelf,
        version: 1,
        updated_at: now,
    };
    check(&canned)?;
    canned::create(&mut tx, &canned).await.map_err(taken)?;
    let shown = ShownCanned::from(canned);
    let answer = creation.answer(&mut tx, granted.user, now, StatusCode::CREATED, &shown).await?;
    tx.commit().await?;
    Ok(answer)
}
