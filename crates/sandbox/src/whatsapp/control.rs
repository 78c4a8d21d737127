//! The control API of the simulated WhatsApp; the crate's documentation lists its routes.

use crate::config::Secret;
use crate::courier::CallbackCounts;
use crate::whatsapp::app::{App, Number};
use crate::whatsapp::faults::Fault;
use crate::whatsapp::ledger::{RecordedRequest, RequestFilter};
use crate::whatsapp::memory::Memory;
use crate::whatsapp::play::{PlayError, Played};
use crate::whatsapp::shared::Shared;
use crate::whatsapp::traffic::{Customer, Inbound};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use url::Url;

/// Rows of a page that does not say how many it wants.
const DEFAULT_LIMIT: usize = 100;

type SharedState = State<Arc<Shared>>;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/apps/{id}", put(put_app))
        .route("/apps/{id}/callback_url", put(put_callback_url))
        .route("/faults", post(add_fault).get(list_faults).delete(clear_faults))
        .route("/requests", get(list_requests))
        .route("/accepted/{opaque}", get(count_accepted))
        .route("/callbacks", get(count_callbacks))
        .route("/inbound", post(play))
        .route("/webhooks", post(deliver))
        .route("/windows", post(open_window))
        .route("/state", delete(reset))
}

impl IntoResponse for PlayError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::UnknownNumber(_) | Self::UnknownApp(_) => StatusCode::NOT_FOUND,
            Self::NoCallbackUrl(_) | Self::NobodyWrites | Self::NothingToReactTo => StatusCode::BAD_REQUEST,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AppBody {
    app_secret: Secret,
    #[serde(default)]
    callback_url: Option<Url>,
    #[serde(default)]
    numbers: Vec<Number>,
}

async fn put_app(State(shared): SharedState, Path(id): Path<String>, Json(body): Json<AppBody>) -> StatusCode {
    let AppBody { app_secret, callback_url, numbers } = body;
    shared.directory_mut().put(App { id, app_secret, callback_url, numbers });
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UrlBody {
    url: Url,
}

async fn put_callback_url(
    State(shared): SharedState,
    Path(id): Path<String>,
    Json(body): Json<UrlBody>,
) -> Result<StatusCode, PlayError> {
    if shared.directory_mut().set_callback_url(&id, body.url) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(PlayError::UnknownApp(id))
    }
}

async fn add_fault(State(shared): SharedState, Json(fault): Json<Fault>) -> StatusCode {
    shared.memory().faults.add(fault);
    StatusCode::NO_CONTENT
}

async fn list_faults(State(shared): SharedState) -> Json<Vec<Fault>> {
    Json(shared.memory().faults.list())
}

async fn clear_faults(State(shared): SharedState) -> StatusCode {
    shared.memory().faults.clear();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestQuery {
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
    number: Option<String>,
    opaque: Option<String>,
    wamid: Option<String>,
}

async fn list_requests(State(shared): SharedState, Query(query): Query<RequestQuery>) -> Json<Vec<RecordedRequest>> {
    let RequestQuery { after, limit, number, opaque, wamid } = query;
    let limit = Some(limit.unwrap_or(DEFAULT_LIMIT));
    let filter = RequestFilter { after, limit, number, opaque, wamid };
    Json(shared.memory().ledger.select(&filter))
}

async fn count_accepted(State(shared): SharedState, Path(opaque): Path<String>) -> Json<Value> {
    let accepted = shared.memory().ledger.accepted(&opaque);
    Json(json!({ "accepted": accepted }))
}

async fn count_callbacks(State(shared): SharedState) -> Json<CallbackCounts> {
    Json(shared.courier.counts())
}

#[derive(Deserialize)]
struct InboundBody {
    number: String,
    #[serde(flatten)]
    inbound: Inbound,
}

async fn play(State(shared): SharedState, Json(body): Json<InboundBody>) -> Result<Json<Played>, PlayError> {
    shared.play(&body.number, body.inbound).await.map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookBody {
    app: String,
    payload: Value,
}

async fn deliver(State(shared): SharedState, Json(body): Json<WebhookBody>) -> Result<Json<Value>, PlayError> {
    let status = shared.deliver(&body.app, &body.payload).await?;
    Ok(Json(json!({ "status": status })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WindowBody {
    number: String,
    customer: Customer,
    #[serde(default)]
    at: Option<DateTime<Utc>>,
}

async fn open_window(State(shared): SharedState, Json(body): Json<WindowBody>) -> Result<StatusCode, PlayError> {
    let at = body.at.unwrap_or_else(|| shared.now());
    shared.open_window(&body.number, &body.customer, at)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reset(State(shared): SharedState) -> StatusCode {
    *shared.memory() = Memory::new();
    StatusCode::NO_CONTENT
}
