//! `GET /admin/oauth/authorize` and `POST /admin/oauth/access_token`.
//!
//! Grants: authorization code (with `expiring=1` for a token that ends), refresh token, client credentials, and the
//! exchange of a token that never expires for one that does.
//!
//! Source: shopify.dev, "Authorization code grant" and the pages it leads to; the parameters as shopify-app-js sends
//! them.

use super::admin::{Refusal, shop};
use super::signing::hmac;
use super::store::Store;
use super::tokens::Grant;
use super::{Shop, Shopify};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use url::{Url, form_urlencoded};

const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const OFFLINE_TOKEN: &str = "urn:shopify:params:oauth:token-type:offline-access-token";

#[derive(Deserialize)]
pub(super) struct Authorize {
    client_id: String,
    redirect_uri: Url,
    #[serde(default)]
    state: String,
}

/// The merchant agrees at once.
pub(super) async fn authorize(
    State(shopify): State<Arc<Shopify>>,
    headers: HeaderMap,
    Query(query): Query<Authorize>,
) -> Result<Response, Refusal> {
    let now = shopify.now();
    let to = shopify.with(&shop(&headers), |store| {
        if store.shop.client_id != query.client_id {
            return Err(refused("application_cannot_be_found", "Could not find a Shopify API application."));
        }
        if !store.shop.redirect_urls.contains(&query.redirect_uri) {
            return Err(refused("invalid_request", "The redirect_uri is not whitelisted"));
        }
        Ok(redirect(store, query.redirect_uri, &query.state, now))
    })??;
    Ok((StatusCode::FOUND, [(header::LOCATION, to.to_string())]).into_response())
}

fn redirect(store: &mut Store, mut to: Url, state: &str, now: DateTime<Utc>) -> Url {
    let Shop { domain, client_secret, .. } = &store.shop;
    let name = domain.split('.').next().unwrap_or_default();
    let query = BTreeMap::from([
        ("code", store.tokens.code(now)),
        ("host", STANDARD_NO_PAD.encode(format!("admin.shopify.com/store/{name}"))),
        ("shop", domain.clone()),
        ("state", state.to_owned()),
        ("timestamp", now.timestamp().to_string()),
    ]);
    // The signed text is the query itself, sorted, with spaces as `%20`.
    let signed = form_urlencoded::Serializer::new(String::new()).extend_pairs(&query).finish().replace('+', "%20");
    let signature = hex::encode(hmac(client_secret.expose(), signed.as_bytes()));
    to.query_pairs_mut().extend_pairs(&query).append_pair("hmac", &signature);
    to
}

pub(super) async fn access_token(
    State(shopify): State<Arc<Shopify>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    let now = shopify.now();
    let granted = shopify.with(&shop(&headers), |store| grant(store, &Parameters::read(&body), now))??;
    Ok(Json(granted))
}

/// The body, as JSON or as a form.
struct Parameters(BTreeMap<String, String>);

impl Parameters {
    fn read(body: &[u8]) -> Self {
        if let Ok(Value::Object(object)) = serde_json::from_slice(body) {
            let text = |value: Value| match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            return Self(object.into_iter().map(|(name, value)| (name, text(value))).collect());
        }
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }
}

fn grant(store: &mut Store, parameters: &Parameters, now: DateTime<Utc>) -> Result<Value, Refusal> {
    if parameters.get("client_id") != store.shop.client_id {
        return Err(refused("application_cannot_be_found", "Could not find a Shopify API application."));
    }
    if parameters.get("client_secret") != store.shop.client_secret.expose() {
        return Err(refused("invalid_client", "The client secret is wrong."));
    }
    let expiring = parameters.get("expiring") == "1";
    let tokens = &mut store.tokens;
    let grant = match parameters.get("grant_type") {
        "client_credentials" => Grant::ClientCredentials,
        "refresh_token" if tokens.redeem_refresh(parameters.get("refresh_token"), now) => {
            Grant::Offline { expiring: true }
        }
        "refresh_token" => return Err(refused("invalid_grant", "The refresh token is invalid, expired or was used.")),
        TOKEN_EXCHANGE if parameters.get("subject_token_type") != OFFLINE_TOKEN => {
            return Err(refused("invalid_request", "The simulator exchanges offline tokens only."));
        }
        TOKEN_EXCHANGE if expiring && tokens.redeem_unexpiring(parameters.get("subject_token")) => {
            Grant::Offline { expiring: true }
        }
        TOKEN_EXCHANGE => return Err(refused("invalid_subject_token", "The subject token is invalid.")),
        "" | "authorization_code" if tokens.redeem_code(parameters.get("code"), now) => Grant::Offline { expiring },
        "" | "authorization_code" => {
            return Err(refused("invalid_request", "The authorization code was not found or was already used"));
        }
        _ => return Err(refused("unsupported_grant_type", "The grant type is not supported.")),
    };
    Ok(tokens.grant(&grant, &store.shop.scopes.join(","), now))
}

fn refused(error: &str, description: &str) -> Refusal {
    let body = json!({ "error": error, "error_description": description });
    Refusal { status: StatusCode::BAD_REQUEST, body }
}
