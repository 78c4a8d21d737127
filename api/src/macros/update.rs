//! `GET` and `PATCH /api/v1/macros/{id}`

use super::{ShownMacro, actions::MacroAction, actions_of, check, taken};
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
use serde_json::json;
use store::replies::macros::{self, Macro};
use uuid::Uuid;

/// What changes; what is omitted stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMacro {
    /// What people call it.
    name: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// What it does.
    actions: Option<Vec<MacroAction>>,
    /// Who may run it.
    shared_with: Option<SharedWith>,
}

/// Read a macro
#[utoipa::path(get, path = "/api/v1/macros/{id}", tag = "replies", params(("id" = Uuid, Path)),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The macro, with an ETag", body = ShownMacro),
              (status = 404, description = "`not_found`")))]
pub async fn get(caller: Caller, Path(id): Path<Uuid>) -> Result<Response, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let stored = macros::load(&mut tx, reader(&granted), id).await?.ok_or(Code::NotFound)?;
    Ok(tagged(stored.version, ShownMacro::of(stored)?))
}

/// Change a macro
#[utoipa::path(patch, path = "/api/v1/macros/{id}", tag = "replies", request_body = UpdateMacro,
    params(("id" = Uuid, Path), crate::openapi::IfMatch),
    security(("access_token" = ["work_conversations"])),
    responses((status = 200, description = "The macro as it is now, with an ETag", body = ShownMacro),
              (status = 403, description = "`forbidden`"), (status = 404, description = "`not_found`"),
              (status = 409, description = "`name_taken`"), (status = 412, description = "`precondition_failed`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    Json(change): Json<UpdateMacro>,
) -> Result<Response, Problem> {
    let (mut tx, granted) = caller.begin(Permission::WorkConversations).await?;
    let before = macros::load(&mut tx, reader(&granted), id).await?.ok_or(Code::NotFound)?;
    may_change(&granted, before.shelf)?;
    if_match.check(before.version)?;
    let shelf = match change.shared_with {
        Some(shared_with) => shared_with.shelf(&mut tx, &granted).await?,
        None => before.shelf,
    };
    let actions = match change.actions {
        Some(actions) => actions,
        None => actions_of(&before)?,
    };
    let after = Macro {
        name: change.name.map_or(before.name, |name| name.trim().to_owned()),
        description: change.description.map_or(before.description, |text| text.trim().to_owned()),
        actions: json!(actions),
        shelf,
        ..before
    };
    check(&after.name, &after.description, &actions)?;
    if !macros::update(&mut tx, &after, api.now()).await.map_err(taken)? {
        return Err(Code::PreconditionFailed.into());
    }
    let stored = macros::load(&mut tx, reader(&granted), id).await?.ok_or(Code::NotFound)?;
    tx.commit().await?;
    Ok(tagged(stored.version, ShownMacro::of(stored)?))
}
