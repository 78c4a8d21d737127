//! `GET /api/v1/connections/{id}/settings/options`: what the plugin offers for a field of the form

use super::{
    ask::{answered, ask, refused},
    required,
};
use crate::{
    auth::Caller,
    live, plugins,
    problem::{Code, Problem},
    request::{Path, Query},
    state::Api,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    ConnectionId,
    plugin::{Answer, Question},
    role::Permission,
};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::connections::questions;
use uuid::Uuid;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// JSON pointer to the field, whose schema has the hint `x-options`.
    #[serde(default)]
    #[param(required = true)]
    field: String,
    /// What the person has typed so far.
    #[serde(default)]
    search: String,
    /// How many seconds to wait for the choices, 0 to 30; 30 without it.
    wait: Option<u8>,
}

/// The choices for a field.
#[derive(Serialize, utoipa::ToSchema)]
pub struct FieldOptions {
    /// Whether the plugin has answered.
    done: bool,
    /// What can be chosen: `value`, `label` and perhaps a `description`.
    #[schema(value_type = Vec<Object>)]
    items: Value,
}

/// List the choices for a settings field
///
/// The plugin looks them up with the settings and secrets that the connection has.
#[utoipa::path(get, path = "/api/v1/connections/{id}/settings/options", tag = "connections",
    params(("id" = uuid::Uuid, Path), Params),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The choices", body = FieldOptions),
              (status = 202, description = "Not yet; Location says where to look", body = FieldOptions),
              (status = 400, description = "`bad_request`: the field has no such choices"),
              (status = 404, description = "`not_found`"),
              (status = 502, description = "`plugin_failed`")))]
pub async fn list(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let connection = required(&mut tx, id).await?;
    let compiled = plugins::installed(&api, &mut tx, &connection.plugin_id, &connection.plugin_version).await?;
    drop(tx);
    if compiled.settings.options_of(&params.field).is_none() {
        return Err(Problem::new(Code::BadRequest).detail("The plugin offers no choices for this field."));
    }
    let question = Question::Options { field: params.field, search: params.search };
    match ask(&api, &caller, id, &question, live::patience(params.wait)).await? {
        Ok(answer) => Ok(axum::Json(shown(Some(answer))?).into_response()),
        Err(question) => {
            let location = [(header::LOCATION, format!("/api/v1/connections/{id}/settings/options/{question}"))];
            Ok((StatusCode::ACCEPTED, location, axum::Json(shown(None)?)).into_response())
        }
    }
}

/// Read choices that were not there at once
#[utoipa::path(get, path = "/api/v1/connections/{id}/settings/options/{question_id}", tag = "connections",
    params(("id" = uuid::Uuid, Path), ("question_id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The choices, or that they are not there yet", body = FieldOptions),
              (status = 404, description = "`not_found`"),
              (status = 502, description = "`plugin_failed`")))]
pub async fn get(
    caller: Caller,
    Path((id, question)): Path<(ConnectionId, Uuid)>,
) -> Result<axum::Json<FieldOptions>, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let asked = questions::load(&mut tx, id, question).await?.ok_or(Code::NotFound)?;
    Ok(axum::Json(shown(answered(&asked)?)?))
}

fn shown(answer: Option<Answer>) -> Result<FieldOptions, Problem> {
    match answer {
        None => Ok(FieldOptions { done: false, items: Value::Array(Vec::new()) }),
        Some(Answer::Given { value }) => Ok(FieldOptions { done: true, items: value }),
        Some(Answer::Refused { code, message }) => Err(refused(code, message)),
    }
}
