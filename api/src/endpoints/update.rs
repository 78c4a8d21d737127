//! `PATCH /api/v1/endpoints/{id}`

use super::{ShownEndpoint, invalid, put_secrets, secret_names, show};
use crate::{
    auth::{Caller, Record},
    plugins,
    problem::{Code, Problem},
    request::{IfMatch, Json, Path, tagged},
    state::Api,
    users::check_name,
};
use axum::{extract::State, response::Response};
use domain::{EndpointId, role::Permission};
use serde::Deserialize;
use serde_json::Value;
use store::endpoints::{self, Endpoint};

/// What changes; what is omitted stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateEndpoint {
    /// What people call it.
    name: Option<String>,
    /// Laid over the settings, field by field; `null` clears a field. A secret that is omitted stays.
    #[schema(value_type = Option<Object>)]
    settings: Option<Value>,
}

/// Change an endpoint
#[utoipa::path(patch, path = "/api/v1/endpoints/{id}", tag = "connections", request_body = UpdateEndpoint,
    params(("id" = uuid::Uuid, Path), crate::openapi::IfMatch),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The endpoint as it is now, with an ETag", body = ShownEndpoint),
              (status = 412, description = "`precondition_failed`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<EndpointId>,
    if_match: IfMatch,
    Json(update): Json<UpdateEndpoint>,
) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageConnections).await?;
    let before = endpoints::load(change.conn(), id).await?.ok_or(Code::NotFound)?;
    if_match.check(before.version)?;
    if let Some(name) = &update.name {
        check_name("/name", name).map_err(|problem| Problem::invalid(vec![problem]))?;
    }
    let compiled = plugins::installed(&api, change.conn(), &before.plugin_id, &before.plugin_version).await?;
    let shown_before = show(&api, change.conn(), &compiled, &before).await?;
    let now = change.now();
    let mut after = Endpoint { name: update.name.unwrap_or_else(|| before.name.clone()), ..before.clone() };
    if let Some(settings) = &update.settings {
        let stored = secret_names(change.conn(), id).await?;
        let accepted = compiled
            .endpoint
            .update(&before.settings, &stored, settings)
            .map_err(|errors| invalid(errors, "/settings"))?;
        put_secrets(&api, change.conn(), caller.tenant, id, &accepted.secrets, now).await?;
        after.settings = accepted.settings;
    }
    let endpoint = endpoints::update(change.conn(), &after).await?.ok_or(Code::PreconditionFailed)?;
    let shown = show(&api, change.conn(), &compiled, &endpoint).await?;
    change.commit(Record::new("endpoint.updated").of(id).before(shown_before).after(&shown)).await?;
    Ok(tagged(endpoint.version, shown))
}
