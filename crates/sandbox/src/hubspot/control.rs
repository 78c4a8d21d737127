//! The control API of the simulated HubSpot; the crate's documentation lists its routes.

use super::kinds::KINDS;
use super::{Account, Change, Hubspot, HubspotError, Policy, Sent};
use crate::config::Secret;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use url::Url;

type Shared = State<Arc<Hubspot>>;

pub(crate) fn router(hubspot: Arc<Hubspot>) -> Router {
    Router::new()
        .route("/accounts", put(put_account))
        .route("/accounts/{hub_id}", get(look))
        .route("/accounts/{hub_id}/changes", post(change))
        .route("/accounts/{hub_id}/webhooks", post(send))
        .route("/accounts/{hub_id}/throttle", post(throttle))
        .route("/accounts/{hub_id}/expire", post(expire))
        .with_state(hubspot)
}

impl IntoResponse for HubspotError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::UnknownAccount(_) | Self::UnknownObject(_) => StatusCode::NOT_FOUND,
            Self::NoWebhookUrl(_) | Self::Invalid(_) => StatusCode::BAD_REQUEST,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

async fn put_account(State(hubspot): Shared, Json(account): Json<Account>) -> StatusCode {
    hubspot.put(account);
    StatusCode::NO_CONTENT
}

async fn look(State(hubspot): Shared, Path(hub_id): Path<u64>) -> Result<Json<Value>, HubspotError> {
    let objects = hubspot.with(hub_id, |portal| {
        let records = &portal.account.records;
        let of = |kind| records.all(kind).map(|record| record.render_whole(kind)).collect::<Vec<_>>();
        KINDS.iter().map(|kind| (kind.name.to_owned(), of(kind).into())).collect::<Map<String, Value>>()
    })?;
    Ok(Json(objects.into()))
}

async fn change(
    State(hubspot): Shared,
    Path(hub_id): Path<u64>,
    Json(body): Json<Change>,
) -> Result<Json<Sent>, HubspotError> {
    hubspot.change(hub_id, &body).await.map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhooks {
    events: Vec<Value>,
    #[serde(default)]
    url: Option<Url>,
    #[serde(default)]
    secret: Option<Secret>,
}

async fn send(
    State(hubspot): Shared,
    Path(hub_id): Path<u64>,
    Json(body): Json<Webhooks>,
) -> Result<Json<Sent>, HubspotError> {
    hubspot.send(hub_id, body.events, body.url, body.secret).await.map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Throttle {
    policy: Policy,
    requests: u32,
}

async fn throttle(
    State(hubspot): Shared,
    Path(hub_id): Path<u64>,
    Json(body): Json<Throttle>,
) -> Result<StatusCode, HubspotError> {
    hubspot.throttle(hub_id, body.policy, body.requests)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    #[serde(default)]
    refresh_tokens: bool,
}

async fn expire(
    State(hubspot): Shared,
    Path(hub_id): Path<u64>,
    Json(body): Json<Expire>,
) -> Result<StatusCode, HubspotError> {
    hubspot.expire_tokens(hub_id, body.refresh_tokens)?;
    Ok(StatusCode::NO_CONTENT)
}
