//! The control API of the simulated Shopify; the crate's documentation lists its routes.

use super::{Bought, Purchase, Sent, Shop, Shopify, ShopifyError, Webhook};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

type SharedState = State<Arc<Shopify>>;

pub(crate) fn router(shopify: Arc<Shopify>) -> Router {
    Router::new()
        .route("/shops", put(put_shop))
        .route("/shops/{domain}", axum::routing::get(look))
        .route("/shops/{domain}/orders", post(buy))
        .route("/shops/{domain}/webhooks", post(send))
        .route("/shops/{domain}/throttle", post(throttle))
        .route("/shops/{domain}/expire", post(expire))
        .with_state(shopify)
}

impl IntoResponse for ShopifyError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::UnknownShop(_) => StatusCode::NOT_FOUND,
            Self::NothingToReport(_) | Self::NothingToBuy(_) | Self::NobodySubscribed(_) => StatusCode::BAD_REQUEST,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

async fn put_shop(State(shopify): SharedState, Json(shop): Json<Shop>) -> StatusCode {
    shopify.put(shop);
    StatusCode::NO_CONTENT
}

async fn look(State(shopify): SharedState, Path(domain): Path<String>) -> Result<Json<Value>, ShopifyError> {
    shopify.look(&domain).map(Json)
}

async fn buy(
    State(shopify): SharedState,
    Path(domain): Path<String>,
    Json(purchase): Json<Purchase>,
) -> Result<Json<Bought>, ShopifyError> {
    shopify.buy(&domain, &purchase).await.map(Json)
}

async fn send(
    State(shopify): SharedState,
    Path(domain): Path<String>,
    Json(webhook): Json<Webhook>,
) -> Result<Json<Sent>, ShopifyError> {
    shopify.send(&domain, &webhook).await.map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Throttle {
    available: f64,
}

async fn throttle(
    State(shopify): SharedState,
    Path(domain): Path<String>,
    Json(body): Json<Throttle>,
) -> Result<StatusCode, ShopifyError> {
    shopify.throttle(&domain, body.available)?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    #[serde(default)]
    refresh_tokens: bool,
}

async fn expire(
    State(shopify): SharedState,
    Path(domain): Path<String>,
    Json(body): Json<Expire>,
) -> Result<StatusCode, ShopifyError> {
    shopify.expire_tokens(&domain, body.refresh_tokens)?;
    Ok(StatusCode::NO_CONTENT)
}
