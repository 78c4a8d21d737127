//! `PATCH /api/v1/endpoints/{id}`

use super::{ShownEndpoint, invalid, put_secrets, secret_names, show};
use crate::{
    auth::Caller,
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
    responses((status = 200, description = "The endpoint as it is now, with an ETag", body = ShownEndpoint),
              (status = 412, description = "`precondition_failed`"),
              (status = 428, description = "`precondition_required`")))]
pub async fn update(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<EndpointId>,
    if_match: IfMatch,
    Json(change): Json<UpdateEndpoint>,
) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let before = endpoints::load(&mut tx, id).await?.ok_or(Code::NotFound)?;
    if_match.check(before.version)?;
    if let Some(name) = &change.name {
        check_name("/name", name).map_err(|problem| Problem::invalid(vec![problem]))?;
    }
    let compiled = plugins::installed(&api, &mut tx, &before.plugin_id, &before.plugin_version).await?;
    let mut after = Endpoint { name: change.name.unwrap_or_else(|| before.name.clone()), ..before.clone() };
    if let Some(settings) = &change.settings {
        let stored = secret_names(&mut tx, id).await?;
        let change = compiled
            .endpoint
            .update(&before.settings, &stored, settings)
            .map_err(|errors| invalid(errors, "/settings"))?;
        put_secrets(&api, &mut tx, caller.tenant, id, &change.secrets, api.now()).await?;
        after.settings = change.settings;
    }
    let endpoint = endpoints::update(&mut tx, &after).await?.ok_or(Code::PreconditionFailed)?;
    let shown = show(&api, &mut tx, &compiled, &endpoint).await?;
    tx.commit().await?;
    Ok(tagged(endpoint.version, shown))
}
