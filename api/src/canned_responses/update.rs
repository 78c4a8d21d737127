//! `GET` and `PATCH /api/v1/canned-responses/{id}`

use super::{ShownCanned, check, taken};
use crate::{
    auth::Caller,
    problem::{Code, Problem},
    replies::{SharedWith, may_change, reader},
    request::{IfMatch, Json, Path, tagged},
    state::Api,
};
use axum::{extract::State, response::Response};
use domain::role::Permission;
use serde::Deserialize;
use store::replies::canned::{self, Canned};
use uuid::Uuid;

/// What changes; what is omitted stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCanned {
    /// What is typed behind a slash.
    shortcut: Option<String>,
    /// What it is about.
    title: Option<String>,
    /// What it says.
    text: Option<String>,
    /// Who may use it.
    shared_with: Option<SharedWith>,
}

/// Read a canned response
#[utoipa::path(get, path = "/api/v1/canned-responses/{id}", tag = "replies", params(("id" = Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The canned response, with an ETag", body = ShownCanned),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let canned = canned::load(&mut tx, reader(&granted), id).await?.ok_or(Code::NotFound)?;
    Ok(tagged(canned.version, ShownCanned::from(canned)))
}

/// Change a canned response
#[utoipa::path(patch, path = "/api/v1/canned-responses/{id}", tag = "replies", request_body = UpdateCanned,
    params(("id" = Uuid, Path), crate::openapi::IfMatch),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The canned response as it is now, with an ETag", body = ShownCanned),
              (status = 403, description = "`forbidden`"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`name_taken`"), (status = 412, description = "`precondition_failed`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    Json(change): Json<UpdateCanned>,
) -> Result<Response, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let before = canned::load(&mut tx, reader(&granted), id).await?.ok_or(Code::NotFound)?;
    may_change(&granted, before.shelf)?;
    if_match.check(before.version)?;
    let shelf = match change.shared_with {
        Some(shared_with) => shared_with.shelf(&mut tx, &granted).await?,
        None => before.shelf,
    };
    let after = Canned {
        shortcut: change.shortcut.unwrap_or(before.shortcut),
        title: change.title.map_or(before.title, |title| title.trim().to_owned()),
        text: change.text.unwrap_or(before.text),
        shelf,
        ..before
    };
    check(&after)?;
    if !canned::update(&mut tx, &after, api.now()).await.map_err(taken)? {
        return Err(Code::PreconditionFailed.into());
    }
    let canned = canned::load(&mut tx, reader(&granted), id).await?.ok_or(Code::NotFound)?;
    tx.commit().await?;
    Ok(tagged(canned.version, ShownCanned::from(canned)))
}
