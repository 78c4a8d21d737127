//! `GET /api/v1/endpoints/{id}`

use super::{ShownEndpoint, show};
use crate::{
    auth::Caller,
    plugins,
    problem::{Code, Problem},
    request::{Path, tagged},
    state::Api,
};
use axum::{extract::State, response::Response};
use domain::{EndpointId, role::Permission};
use serde::Serialize;
use store::{endpoints, ingest};

/// An endpoint with what waits there.
#[derive(Serialize, utoipa::ToSchema)]
pub struct EndpointDetail {
    #[serde(flatten)]
    endpoint: ShownEndpoint,
    /// Signed requests that concern no connection yet, such as those for an account that is not connected.
    unrouted_deliveries: u64,
}

/// Read an endpoint
#[utoipa::path(get, path = "/api/v1/endpoints/{id}", tag = "connections", params(("id" = uuid::Uuid, Path)),
    security(("access_token" = ["manage_connections"])),
    responses((status = 200, description = "The endpoint, with an ETag", body = EndpointDetail),
              (status = 404, description = "`not_found`")))]
pub async fn get(State(api): State<Api>, caller: Caller, Path(id): Path<EndpointId>) -> Result<Response, Problem> {
    let (mut tx, _) = caller.begin(Permission::ManageConnections).await?;
    let endpoint = endpoints::load(&mut tx, id).await?.ok_or(Code::NotFound)?;
    let compiled = plugins::installed(&api, &mut tx, &endpoint.plugin_id, &endpoint.plugin_version).await?;
    let unrouted_deliveries = ingest::count_unrouted(&mut tx, id).await?;
    let shown = show(&api, &mut tx, &compiled, &endpoint).await?;
    Ok(tagged(endpoint.version, EndpointDetail { endpoint: shown, unrouted_deliveries }))
}
