//! `PATCH /api/v1/connections/{id}`

use super::{
    ShownConnection, adopt, required,
    settings::{apply, save},
    show,
};
use crate::{
    auth::{Caller, Record},
    problem::Problem,
    request::{IfMatch, Json, Path, tagged},
    state::Api,
    users::check_name,
};
use axum::{extract::State, response::Response};
use domain::{ConnectionId, role::Permission};
use serde::Deserialize;
use serde_json::Value;
use store::connections::Connection;

/// What changes; what is omitted stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateConnection {
    /// What people call it.
    name: Option<String>,
    /// Laid over the settings, field by field; `null` clears a field. A secret that is omitted stays.
    #[schema(value_type = Option<Object>)]
    settings: Option<Value>,
}

/// Change a connection
///
/// New secrets make a connection active that needed them.
#[utoipa::path(patch, path = "/api/v1/connections/{id}", tag = "connections", request_body = UpdateConnection,
    params(("id" = uuid::Uuid, Path), crate::openapi::IfMatch),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The connection as it is now, with an ETag", body = ShownConnection),
              (status = 409, description = "`account_taken`"),
              (status = 412, description = "`precondition_failed`"),
              (status = 422, description = "`invalid`, with pointers into the settings"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    if_match: IfMatch,
    Json(update): Json<UpdateConnection>,
) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageConnections).await?;
    let before = required(change.conn(), id).await?;
    if_match.check(before.version)?;
    let shown_before = show(&api, change.conn(), before.clone()).await?;
    if let Some(name) = &update.name {
        check_name("/name", name).map_err(|problem| Problem::invalid(vec![problem]))?;
    }
    let mut after = Connection { name: update.name.unwrap_or_else(|| before.name.clone()), ..before.clone() };
    let mut has_new_secrets = false;
    if let Some(settings) = &update.settings {
        has_new_secrets = apply(&api, &mut change, &mut after, settings, "/settings").await?;
    }
    save(&mut change, &before, &after, has_new_secrets).await?;
    let connection = required(change.conn(), id).await?;
    let version = connection.version;
    let shown = show(&api, change.conn(), connection).await?;
    change.commit(Record::new("connection.updated").of(id).before(shown_before).after(&shown)).await?;
    adopt(&api, caller.tenant, id).await?;
    Ok(tagged(version, shown))
}
