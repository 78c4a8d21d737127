//! `POST /api/v1/endpoints`

use super::{Making, ShownEndpoint, make, show};
use crate::{
    auth::{Caller, Record},
    plugins,
    problem::{Code, Problem},
    request::Creation,
    state::Api,
    users::check_name,
};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::role::Permission;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::endpoints;

/// A new endpoint.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEndpoint {
    /// The plugin whose recipe guards it.
    plugin_id: String,
    /// What people call it.
    name: String,
    /// Valid against the plugin's endpoint schema. Tokens that we choose may be left out.
    #[serde(default)]
    #[schema(value_type = Object)]
    settings: Value,
}

/// An endpoint that was just made.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CreatedEndpoint {
    #[serde(flatten)]
    endpoint: ShownEndpoint,
    /// Secrets that were chosen because they were left out, to be told to the provider. Shown this once.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    generated_secrets: BTreeMap<String, String>,
}

/// Create an endpoint
///
/// For an app at the provider whose webhooks several connections share. A connection alone makes its own.
#[utoipa::path(post, path = "/api/v1/endpoints", tag = "connections", request_body = CreateEndpoint,
    params(crate::openapi::IdempotencyKey),
    security(("access_token" = ["manage_connections"])),
    responses((status = 201, description = "Created", body = CreatedEndpoint),
              (status = 422, description = "`invalid`, `idempotency_key_reused`")))]
pub async fn create(
    State(api): State<Api>,
    caller: Caller,
    creation: Creation<CreateEndpoint>,
) -> Result<Response, Problem> {
    let (mut change, _) = caller.administer(Permission::ManageConnections).await?;
    let now = change.now();
    if let Some(answer) = creation.earlier_answer(change.conn(), caller.user, now).await? {
        return Ok(answer);
    }
    let new = &creation.body;
    check_name("/name", &new.name).map_err(|problem| Problem::invalid(vec![problem]))?;
    let compiled = plugins::required(&api, change.conn(), &new.plugin_id, None, "/plugin_id").await?;
    let making = Making {
        tenant: caller.tenant,
        compiled: &compiled,
        name: &new.name,
        settings: &new.settings,
        pointer: "/settings",
    };
    let made = make(&api, change.conn(), making, now).await?;
    let endpoint = endpoints::load(change.conn(), made.id).await?.ok_or(Code::Conflict)?;
    let endpoint = show(&api, change.conn(), &compiled, &endpoint).await?;
    // What is kept for a repeated request holds no secret.
    creation.keep(change.conn(), caller.user, now, StatusCode::CREATED, &json!(endpoint)).await?;
    change.commit(Record::new("endpoint.created").of(made.id).after(&endpoint)).await?;
    let created = CreatedEndpoint { endpoint, generated_secrets: made.generated };
    Ok((StatusCode::CREATED, axum::Json(created)).into_response())
}
